#include "service/engine/judge/analysis.h"

#include <algorithm>
#include <cmath>

#include "service/engine/estimate/edge_spread.h"
#include "service/engine/estimate/focus_scan.h"
#include "service/engine/estimate/harmonics.h"
#include "service/engine/estimate/jpeg_noise.h"
#include "service/engine/estimate/survey.h"
#include "service/engine/judge/verdict.h"
#include "service/engine/shake/guess.h"
#include "service/engine/shake/shake.h"

namespace sharpen::engine {
namespace {

/// A smaller part of blurred windows is not worth a second look; radii that spread over more than
/// the one ratio vary, and by less than the other are one.
constexpr double kLeastBlurred = 0.05, kVaries = 1.35, kAlike = 1.15, kDisbelieved = 2.2;
/// How many windows are looked at for a map, and to see whether a blur is everywhere alike.
constexpr int kMapWindows = 400, kCheckWindows = 36;
constexpr double kLeastNoise = 0.29 / 255;  ///< of rounding to 8 bits
/// A JPEG's quantisation rounds noise up to about this away at high frequencies, where it is
/// measured, but not where a deconvolution lifts it.
constexpr double kHiddenNoise = 1.25 / 255;
constexpr int kLeastClearest = 8;  ///< blocks for a look at the clearest alone
constexpr double kLeastExpected = 0.7, kMostExpected = 4;  ///< of edges, in pixels
constexpr double kImpossibleWeight = 3;  ///< against the logarithm of the roughness
constexpr double kSureShake = 0.8;
constexpr double kLeastHandSize = 0.3;  ///< pixels
constexpr double kDoubt = 2;  ///< one size for a whole picture misses as much again as noise
constexpr double kMostDoubted = 6.0 / 255;  ///< of a detailed picture its finest detail seems noise
constexpr double kLargestVarying = 10;      ///< a stronger blur of a part is meant to be

/// The noise to reckon with. A little too much costs little; too little leaves what the inverse
/// has lifted.
double noise_of(double estimated, const std::optional<JpegNoise>& jpeg) {
  const double noise = 1.06 * std::max(estimated, jpeg ? kHiddenNoise : kLeastNoise);
  return jpeg ? std::sqrt(noise * noise + lifted_variance(*jpeg)) : noise;
}

/// For a blur that is not sure to be right everywhere.
double doubted(double noise) { return std::clamp(kDoubt * noise, kLeastNoise, kMostDoubted); }

bool varies(const FocusMap& map, double ratio) {
  return map.radius_at(0.9) > ratio * map.radius_at(0.1);
}

Evidence evidence_of(const Estimator& estimator, const Spectra& power, bool jpeg) {
  return {.encoded = estimator.estimate(power.encoded),
          .linear = estimator.estimate(power.linear),
          .blocks = power.blocks,
          .jpeg = jpeg,
          .harmonics = 0,
          .edges = {},
          .beyond = 0};
}

/// Adds what edges say of a Gauss to the evidence.
Result<void> look_at_edges(const PixelStore& picture, std::span<const Box> boxes,
                           const std::array<ToneCurve, 3>& tones, unsigned threads,
                           const std::stop_token& stop, Evidence& evidence) {
  const double size = std::sqrt(evidence.encoded.gauss.blur.size * evidence.linear.gauss.blur.size);
  const double noise = std::max(evidence.encoded.noise, kLeastNoise);
  auto harmonics = measure_harmonics(picture, boxes, size, noise, tones, threads, stop);
  if (!harmonics) return fail(std::move(harmonics));
  const double expected = std::clamp(size, kLeastExpected, kMostExpected);
  auto edges = measure_edges(picture, expected, noise, threads, stop);
  if (!edges) return fail(std::move(edges));
  evidence.harmonics = *harmonics;
  evidence.edges = *edges;
  return {};
}

bool is_gauss(const std::vector<Candidate>& candidates) {
  return !candidates.empty() && candidates.front().blur.family == Family::gauss;
}

/// The candidate whose result is best, of one or more. With `size_known`, of a single disk, what no
/// picture explains weighs, too: what the result misses, or has beyond black and white. Where radii
/// differ, and at the ends of a line, as much is missed in the right domain.
Result<std::size_t> choose(const PixelStore& picture, std::span<const Box> boxes,
                           std::span<const Candidate> candidates, bool size_known,
                           const Deconvolution& how, unsigned threads,
                           const std::stop_token& stop) {
  if (candidates.size() == 1) return std::size_t{0};
  const auto trials = try_candidates(picture, boxes, candidates, how, threads, stop);
  if (!trials) return std::unexpected(trials.error());
  const double weight = size_known ? kImpossibleWeight : 0;
  const auto doubt = [weight](const Trial& trial) {
    return trial.ringing + weight * (trial.missed + trial.beyond);
  };
  return std::size_t(std::ranges::min_element(*trials, {}, doubt) - trials->begin());
}

/// Chooses family, size and domain from the spectra of blocks and from trials in `boxes`.
Result<Analysis> judge(const PixelStore& picture, const Estimator& estimator, const Search& search,
                       const Survey& seen, const std::optional<JpegNoise>& jpeg,
                       const std::array<ToneCurve, 3>& tones, unsigned threads,
                       const std::stop_token& stop) {
  Analysis analysis;
  const std::vector<Box>& boxes = seen.boxes;
  Evidence evidence = evidence_of(estimator, seen.spectra, jpeg.has_value());
  analysis.noise = noise_of(evidence.encoded.noise, jpeg);
  if (search.gauss && !jpeg) {
    auto looked = look_at_edges(picture, boxes, tones, threads, stop, evidence);
    if (!looked) return fail(std::move(looked));
  }
  auto candidates = explanations(evidence, search);
  if (candidates.empty() && search.disk && seen.clearest.blocks >= kLeastClearest) {
    // Where there is little detail over the noise, zeros may show in the best of it alone.
    evidence = evidence_of(estimator, seen.clearest, jpeg.has_value());
    candidates = explanations(evidence, search);
    std::erase_if(candidates, [](const Candidate& c) { return c.blur.family != Family::disk; });
  }
  Deconvolution how = Deconvolution::fast();
  how.tones = tones;
  how.noise = static_cast<float>(analysis.noise);
  if (is_gauss(candidates) && !candidates.front().linear_light) {
    const auto trials =
        try_candidates(picture, boxes, std::span(candidates).first(1), how, threads, stop);
    if (!trials) return std::unexpected(trials.error());
    evidence.beyond = trials->front().beyond;
    candidates = explanations(evidence, search);
  }
  if (search.motion && (candidates.empty() || is_gauss(candidates))) {
    auto shake = find_shake(picture, boxes, jpeg, how, threads, stop);
    if (shake && !*shake && candidates.empty() && !search.disk) {
      shake = guess_shake(picture, boxes, jpeg, tones, threads, stop);
      if (shake && *shake) analysis.noise = std::max(analysis.noise, doubted(analysis.noise));
    }
    if (!shake) return fail(std::move(shake));
    if (*shake) {
      analysis.blur = (*shake)->blur;
      analysis.linear_light = (*shake)->linear_light;
      analysis.confidence = kSureShake;
      return analysis;
    }
  }
  if (candidates.empty()) return analysis;
  const bool disk = candidates.front().blur.family == Family::disk;
  const auto chosen = choose(picture, boxes, candidates, disk, how, threads, stop);
  if (!chosen) return fail(Result<std::size_t>(chosen));
  const Candidate& winner = candidates[*chosen];
  const Estimate& estimate = winner.linear_light ? evidence.linear : evidence.encoded;
  const double gain = estimate.none.deviance - winner.deviance;
  analysis.blur = winner.blur;
  analysis.linear_light = winner.linear_light;
  analysis.confidence = gain / (gain + 10);
  return analysis;
}

/// The blur of the parts of a picture that are out of focus, or none.
Result<Analysis> judge_varying(const PixelStore& picture, const FocusScan& scan,
                               const std::optional<JpegNoise>& jpeg,
                               const std::array<ToneCurve, 3>& tones, unsigned threads,
                               const std::stop_token& stop) {
  Analysis analysis;
  std::vector<Candidate> candidates;
  std::vector<const FocusMap*> maps;
  std::vector<Box> boxes;
  const auto& clearer =
      scan.linear.deviance < scan.encoded.deviance ? scan.linear.map : scan.encoded.map;
  const double middle = clearer.radius_at(0.5);
  for (const FocusScan::Reading* reading : {&scan.encoded, &scan.linear}) {
    if (reading->map.empty() || reading->map.blurred_part() < kLeastBlurred) continue;
    const double radius = reading->map.radius_at(0.5);
    if (std::abs(std::log(radius / middle)) > std::log(kVaries)) continue;
    candidates.push_back({{Family::disk, radius, 0}, reading == &scan.linear, reading->deviance});
    maps.push_back(&reading->map);
  }
  if (candidates.empty()) return analysis;
  for (const FocusCell& cell : clearer.cells()) {
    const bool typical = double(cell.radius) <= clearer.radius_at(0.6) &&
                         double(cell.radius) >= clearer.radius_at(0.4);
    if (cell.radius > 0 && typical && boxes.size() < 3) boxes.push_back(cell.box);
  }
  analysis.noise = noise_of(scan.noise, jpeg);
  Deconvolution how = Deconvolution::fast();
  how.tones = tones;
  how.noise = static_cast<float>(analysis.noise);
  const auto chosen = choose(picture, boxes, candidates, false, how, threads, stop);
  if (!chosen) return fail(Result<std::size_t>(chosen));
  analysis.blur = candidates[*chosen].blur;
  analysis.linear_light = candidates[*chosen].linear_light;
  analysis.confidence = 0.5;
  analysis.map = *maps[*chosen];
  analysis.map.forget_beyond(analysis.blur.size / kDisbelieved, analysis.blur.size * kDisbelieved);
  if (!varies(analysis.map, kAlike)) analysis.map.level(analysis.blur.size);
  return analysis;
}

Family family_of(BlurKind kind) {
  switch (kind) {
    case BlurKind::automatic:
      break;
    case BlurKind::defocus:
      return Family::disk;
    case BlurKind::motion:
      return Family::motion;
    case BlurKind::softness:
      return Family::gauss;
    case BlurKind::shake:
      return Family::shake;
  }
  return Family::none;
}

const Fit& fit_of(const Estimate& estimate, Family family) {
  return family == Family::disk     ? estimate.disk
         : family == Family::motion ? estimate.line
                                    : estimate.gauss;
}

}  // namespace

Result<Analysis> analyse_by_hand(const PixelStore& picture, const Settings& settings,
                                 const std::array<ToneCurve, 3>& tones, unsigned threads,
                                 const std::stop_token& stop) {
  const auto seen = survey(picture, tones, threads, stop);
  if (!seen) return std::unexpected(seen.error());
  const auto jpeg = jpeg_noise(picture.info());
  const Estimator estimator(Search(), jpeg);
  Analysis analysis;
  analysis.noise = noise_of(0, jpeg);
  Evidence evidence;
  if (seen->spectra.blocks > 0) {
    evidence = evidence_of(estimator, seen->spectra, jpeg.has_value());
    analysis.noise = doubted(noise_of(evidence.encoded.noise, jpeg));
  }
  Deconvolution how = Deconvolution::fast();
  how.tones = tones;
  how.noise = static_cast<float>(analysis.noise);
  analysis.confidence = 1;
  analysis.linear_light = true;
  const Family family = family_of(settings.blur);
  if (family == Family::shake) {
    auto shake = find_shake(picture, seen->boxes, jpeg, how, threads, stop);
    if (!shake) return fail(std::move(shake));
    if (!*shake) {
      shake = guess_shake(picture, seen->boxes, jpeg, tones, threads, stop);
      if (!shake) return fail(std::move(shake));
    }
    if (!*shake) return analysis;
    analysis.blur = (*shake)->blur;
    analysis.linear_light = (*shake)->linear_light;
    return analysis;
  }
  std::vector<Candidate> candidates;
  for (const bool linear_light : {true, false}) {
    const Estimate& estimate = linear_light ? evidence.linear : evidence.encoded;
    const Fit& fit = fit_of(estimate, family);
    Blur blur{family, settings.blur_size.value_or(fit.blur.size),
              settings.blur_angle.value_or(fit.blur.angle)};
    if (blur.size < kLeastHandSize) continue;
    if (family == Family::disk) blur.edge = settings.blur_edge.value_or(0);
    candidates.push_back({blur, linear_light, 0});
  }
  if (candidates.empty()) return analysis;
  std::size_t chosen = 0;
  if (!seen->boxes.empty()) {
    const auto best = choose(picture, seen->boxes, candidates, true, how, threads, stop);
    if (!best) return fail(Result<std::size_t>(best));
    chosen = *best;
  }
  analysis.blur = candidates[chosen].blur;
  analysis.linear_light = candidates[chosen].linear_light;
  return analysis;
}

Result<Analysis> analyse(const PixelStore& picture, const ModelTraits& model,
                         const std::array<ToneCurve, 3>& tones, unsigned threads,
                         const std::stop_token& stop) {
  const auto seen = survey(picture, tones, threads, stop);
  if (!seen) return std::unexpected(seen.error());
  if (seen->spectra.blocks == 0) {
    Analysis nothing;
    nothing.too_small = true;
    return nothing;
  }
  const auto jpeg = jpeg_noise(picture.info());
  const Estimator estimator(model.search, jpeg);
  const auto uniform = judge(picture, estimator, model.search, *seen, jpeg, tones, threads, stop);
  if (!uniform) return uniform;
  const Family family = uniform->blur.family;
  // A Gauss may be what radii of all sizes add up to.
  const bool perhaps_parts = model.varying && family != Family::disk && family != Family::motion &&
                             family != Family::shake;
  if (family != Family::disk && !perhaps_parts) return uniform;
  const int windows = perhaps_parts ? kMapWindows : kCheckWindows;
  const auto scan = scan_focus(picture, jpeg, tones, kLargestVarying, windows, threads, stop);
  if (!scan) return std::unexpected(scan.error());
  if (family != Family::none) {
    const auto& reading = uniform->linear_light ? scan->linear : scan->encoded;
    if (reading.map.empty() || reading.map.blurred_part() < kLeastBlurred ||
        !varies(reading.map, kVaries)) {
      return uniform;
    }
  }
  return judge_varying(picture, *scan, jpeg, tones, threads, stop);
}

}  // namespace sharpen::engine
