#include "service/engine/shake/guess.h"

#include <memory>

#include "service/engine/decode/luma.h"
#include "service/engine/estimate/estimate.h"
#include "service/engine/estimate/survey.h"
#include "service/engine/math/parallel.h"
#include "service/engine/shake/kernel_pyramid.h"
#include "service/engine/shake/path_fit.h"

namespace sharpen::engine {
namespace {

constexpr int kSide = 31;  ///< of the kernel in pixels; longer paths are rare
/// Edges of pictures that were not shaken show kernels of up to about this length, too.
constexpr double kShortest = 6.5;

/// What edges and the mean spectrum say in one domain.
struct Witness {
  Witness(const Estimator& estimator, const Plane& power, bool in_linear_light)
      : linear_light(in_linear_light),
        spectrum(estimator, power),
        unblurred(estimator.estimate(power).none.deviance) {}

  /// Errors: io.
  Result<void> look(const PixelStore& picture, std::span<const Box> boxes,
                    const std::array<ToneCurve, 3>& tones, const std::stop_token& stop) {
    const auto luma = read_lumas(picture, boxes, linear_light ? &tones : nullptr);
    if (!luma) return std::unexpected(luma.error());
    const auto kernel = std::make_shared<const Plane>(estimate_kernel(*luma, kSide, stop));
    edges = {Blur{.family = Family::shake, .size = length_of(*kernel), .path = kernel},
             linear_light, spectrum.deviance(*kernel)};
    return {};
  }
  [[nodiscard]] bool agrees() const {
    return edges.deviance < unblurred && edges.blur.size > kShortest;
  }

  bool linear_light;
  PathFitter spectrum;
  double unblurred;  ///< the spectrum's deviance without a blur
  Candidate edges;
};

}  // namespace

Result<std::optional<Candidate>> guess_shake(const PixelStore& picture, std::span<const Box> boxes,
                                             const std::optional<JpegNoise>& jpeg,
                                             const std::array<ToneCurve, 3>& tones,
                                             unsigned threads, const std::stop_token& stop) {
  const auto seen = survey_halves(picture, tones, threads, stop);
  if (!seen) return std::unexpected(seen.error());
  if (boxes.empty() || seen->whole.blocks == 0) return std::nullopt;
  const Estimator estimator({.motion = false, .max_length = 0}, jpeg);
  std::array witnesses = {Witness(estimator, seen->whole.linear, true),
                          Witness(estimator, seen->whole.encoded, false)};
  std::array<Result<void>, 2> looked;
  parallel_for(static_cast<int>(witnesses.size()), threads, stop, [&](int index) {
    const auto place = std::size_t(index);
    looked[place] = witnesses[place].look(picture, boxes, tones, stop);
  });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  for (const Result<void>& outcome : looked) {
    if (!outcome) return std::unexpected(outcome.error());
  }
  const auto& [linear, encoded] = witnesses;
  const Witness& better = linear.edges.deviance < encoded.edges.deviance ? linear : encoded;
  if (!better.agrees()) return std::nullopt;
  return better.edges;
}

}  // namespace sharpen::engine
