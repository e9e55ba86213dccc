#include "service/engine/shake/shake.h"

#include <algorithm>
#include <memory>

#include "service/engine/decode/luma.h"
#include "service/engine/estimate/estimate.h"
#include "service/engine/estimate/survey.h"
#include "service/engine/math/parallel.h"
#include "service/engine/shake/path_fit.h"
#include "service/engine/shake/path_refine.h"

namespace sharpen::engine {
namespace {

/// The part of the deviance of every round blur and of every straight line that a path may leave,
/// in the whole picture and, fitted to the other half, in each half; set on the tuning photographs
/// (docs/engine.md).
constexpr double kOfRound = 0.5, kOfStraight = 0.5, kOfRoundInHalf = 0.62, kOfStraightInHalf = 0.58;
/// How alike the paths of both halves are, of each half and the whole, of both domains, and of a
/// path and what betters it.
constexpr double kAlike = 0.9, kAlikeWhole = 0.85, kAlikeDomains = 0.8, kAlikeBetter = 0.85;
/// How much rougher (logarithm) a shaken picture comes out with its path the wrong way round.
constexpr double kClearTurn = 0.015, kClearTurnJpeg = 0.035;
constexpr int kLeastBlocks = 12;  ///< of each half
constexpr double kShortest = 4;   ///< pixels

/// Likeness of paths of which the spectrum does not tell which way round they are.
double likeness(const Path& a, const Path& b) {
  const Plane kernel = point_spread(a);
  return std::max(likeness(kernel, point_spread(b)), likeness(kernel, point_spread(turned(b))));
}

/// A spectrum, and what it says.
struct Witness {
  Witness(const Estimator& of_round, const Plane& of)
      : estimator(of_round), power(of), fitter(of_round, of) {}

  void read(const std::stop_token& stop) {
    path = fitter.best(stop);
    straight = fitter.straight(stop).deviance;
    const Estimate found = estimator.estimate(power);
    round = std::min({found.none.deviance, found.disk.deviance, found.gauss.deviance});
  }
  /// Whether a path of this deviance leaves little of what simple blurs leave.
  [[nodiscard]] bool believes(double deviance, double of_round, double of_straight) const {
    return deviance < of_round * round && deviance < of_straight * straight;
  }
  /// Whether the path that another part of the picture shows explains this one, too.
  [[nodiscard]] bool confirms(const Path& other) const {
    return believes(fitter.deviance(point_spread(other)), kOfRoundInHalf, kOfStraightInHalf);
  }

  const Estimator& estimator;
  const Plane& power;
  PathFitter fitter;
  PathFit path;
  double straight = 0, round = 0;  ///< the least deviances of lines, and of round blurs or none
};

/// Reads them in parallel. Errors: cancelled.
Result<void> read_all(std::span<Witness* const> witnesses, unsigned threads,
                      const std::stop_token& stop) {
  parallel_for(static_cast<int>(witnesses.size()), threads, stop,
               [&](int index) { witnesses[std::size_t(index)]->read(stop); });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  return {};
}

/// The whole picture and its halves in one domain.
struct Domain {
  Domain(const Estimator& estimator, const Plane& of_whole, const Plane& of_first,
         const Plane& of_second)
      : whole(estimator, of_whole), first(estimator, of_first), second(estimator, of_second) {}

  [[nodiscard]] bool perhaps() const {
    return whole.believes(whole.path.deviance, kOfRound, kOfStraight) &&
           length_of(whole.path.path) > kShortest;
  }
  [[nodiscard]] bool sure() const {
    const Path &a = first.path.path, &b = second.path.path, &both = whole.path.path;
    return first.confirms(b) && second.confirms(a) && likeness(a, b) > kAlike &&
           likeness(a, both) > kAlikeWhole && likeness(b, both) > kAlikeWhole;
  }

  Witness whole, first, second;
};

/// For each domain that shows one, or may be the true one if the other does, the path and the path
/// turned. Errors: io; cancelled.
Result<std::vector<Candidate>> find_paths(const Halves& seen, const std::optional<JpegNoise>& jpeg,
                                          unsigned threads, const std::stop_token& stop) {
  std::vector<Candidate> candidates;
  const auto& parts = seen.parts;
  const Spectra& whole = seen.whole;
  if (parts[0].blocks < kLeastBlocks) return candidates;
  const Estimator estimator({.motion = false, .max_length = 0}, jpeg);
  std::array domains = {
      std::make_unique<Domain>(estimator, whole.encoded, parts[0].encoded, parts[1].encoded),
      std::make_unique<Domain>(estimator, whole.linear, parts[0].linear, parts[1].linear)};
  const std::array wholes = {&domains[0]->whole, &domains[1]->whole};
  if (auto read = read_all(wholes, threads, stop); !read) return fail(std::move(read));
  std::vector<Witness*> halves;
  for (const auto& domain : domains) {
    if (!domain->perhaps()) continue;
    halves.push_back(&domain->first);
    halves.push_back(&domain->second);
  }
  if (auto read = read_all(halves, threads, stop); !read) return fail(std::move(read));
  std::array<bool, 2> sure{};
  for (std::size_t i = 0; i < sure.size(); ++i) {
    sure[i] = domains[i]->perhaps() && domains[i]->sure();
  }
  const bool same = likeness(wholes[0]->path.path, wholes[1]->path.path) > kAlikeDomains;
  for (std::size_t i = 0; i < sure.size(); ++i) {
    // Where one domain is sure of a path, the other may yet be the true one.
    if (!sure[i] && !(sure[1 - i] && same)) continue;
    const PathFit& found = wholes[i]->path;
    for (const Path& path : {found.path, turned(found.path)}) {
      const Blur blur{Family::shake, length_of(path), 0,
                      std::make_shared<const Plane>(point_spread(path))};
      candidates.push_back({blur, i == 1, found.deviance});
    }
  }
  return candidates;
}

/// The path that is bettered from some boxes; as it was if they say something else. Errors: io.
Result<Blur> better(const PixelStore& picture, std::span<const Box> boxes, const Candidate& shake,
                    const std::array<ToneCurve, 3>& tones, const std::stop_token& stop) {
  const auto luma = read_lumas(picture, boxes, shake.linear_light ? &tones : nullptr);
  if (!luma) return std::unexpected(luma.error());
  Blur blur = shake.blur;
  const Plane kernel = refine_kernel(*luma, *blur.path, {}, stop);
  if (likeness(kernel, *blur.path) > kAlikeBetter) {
    blur.path = std::make_shared<const Plane>(kernel);
  }
  return blur;
}

/// The candidate that comes out least rough, if it does so clearly.
Result<std::optional<Candidate>> choose_smooth(const PixelStore& picture,
                                               std::span<const Box> boxes,
                                               std::span<const Candidate> paths, bool jpeg,
                                               const Deconvolution& how, unsigned threads,
                                               const std::stop_token& stop) {
  const auto trials = try_candidates(picture, boxes, paths, how, threads, stop);
  if (!trials) return std::unexpected(trials.error());
  const auto best =
      std::size_t(std::ranges::min_element(*trials, {}, &Trial::ringing) - trials->begin());
  const std::size_t turned_best = best ^ 1u;  // see find_paths()
  const double clear = (*trials)[turned_best].ringing - (*trials)[best].ringing;
  if (clear < (jpeg ? kClearTurnJpeg : kClearTurn)) return std::nullopt;
  return paths[best];
}

}  // namespace

Result<std::optional<Candidate>> find_shake(const PixelStore& picture, std::span<const Box> boxes,
                                            const std::optional<JpegNoise>& jpeg,
                                            const Deconvolution& how, unsigned threads,
                                            const std::stop_token& stop) {
  const auto halves = survey_halves(picture, how.tones, threads, stop);
  if (!halves) return std::unexpected(halves.error());
  const auto paths = find_paths(*halves, jpeg, threads, stop);
  if (!paths) return std::unexpected(paths.error());
  if (paths->empty()) return std::nullopt;
  auto chosen = choose_smooth(picture, halves->boxes, *paths, jpeg.has_value(), how, threads, stop);
  if (!chosen || !*chosen) return chosen;
  Candidate& shake = **chosen;
  auto blur = better(picture, boxes, shake, how.tones, stop);
  if (!blur) return fail(std::move(blur));
  shake.blur = std::move(*blur);
  return chosen;
}

}  // namespace sharpen::engine
