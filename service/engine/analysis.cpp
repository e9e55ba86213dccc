#include "service/engine/analysis.h"

#include <algorithm>
#include <cmath>

#include "service/engine/focus_scan.h"
#include "service/engine/survey.h"
#include "service/engine/verdict.h"

namespace sharpen::engine {
namespace {

/// A smaller part of blurred windows is not worth a second look; radii that spread over more than
/// this ratio vary.
constexpr double kLeastBlurred = 0.05, kVaries = 1.35, kDisbelieved = 1.8;
constexpr double kLargestVarying = 10;  ///< a stronger blur of a part is meant to be
/// The file's own quantisation as noise of read_luma(), whose unit is sqrt(3) of a JPEG's
/// luminance.
std::optional<JpegNoise> jpeg_noise(const PictureInfo& info) {
  if (!info.jpeg_luma_table) return std::nullopt;
  JpegNoise noise;
  const double scale = (info.channels >= 3 ? 3.0 : 1.0) / 12 / (255.0 * 255.0);
  for (std::size_t i = 0; i < noise.size(); ++i) {
    const double q = (*info.jpeg_luma_table)[i];
    noise[i] = q * q * scale;
  }
  return noise;
}

/// What the quantisation adds to each channel's noise at the frequencies that a deconvolution
/// lifts most.
double quantisation_variance(const JpegNoise& noise) {
  double sum = 0;
  for (std::size_t y = 0; y < 4; ++y) {
    for (std::size_t x = 0; x < 4; ++x) sum += noise[8 * y + x] / 16;
  }
  return sum / 2;
}

/// Chooses family, size and domain from the spectra of blocks and from trials in `boxes`.
Result<Analysis> judge(const PixelStore& picture, const Estimator& estimator, const Search& search,
                       const Spectra& power, const std::vector<Box>& boxes,
                       const std::optional<JpegNoise>& jpeg, const std::array<ToneCurve, 3>& tones,
                       unsigned threads, const std::stop_token& stop) {
  Analysis analysis;
  const Estimate encoded = estimator.estimate(power.encoded);
  const Estimate linear = estimator.estimate(power.linear);
  // A little too much costs little; too little leaves noise that the inverse has lifted.
  analysis.noise = 1.06 * std::max(encoded.noise, 0.29 / 255);
  if (jpeg) {
    analysis.noise = std::sqrt(analysis.noise * analysis.noise + quantisation_variance(*jpeg));
  }
  const auto candidates = explanations({encoded, linear, power.blocks, jpeg.has_value()}, search);
  if (candidates.empty()) return analysis;
  Deconvolution how = Deconvolution::fast();
  how.tones = tones;
  how.noise = static_cast<float>(analysis.noise);
  const auto chosen = candidates.size() == 1
                          ? Result<std::size_t>(0)
                          : try_candidates(picture, boxes, candidates, how, threads, stop);
  if (!chosen) return fail(Result<std::size_t>(chosen));
  const Candidate& winner = candidates[*chosen];
  const Estimate& estimate = winner.linear_light ? linear : encoded;
  const double gain = estimate.none.deviance - winner.deviance;
  analysis.blur = winner.blur;
  analysis.linear_light = winner.linear_light;
  analysis.confidence = gain / (gain + 10);
  return analysis;
}

/// Looks where in the picture the blur is, and takes `uniform` if it is everywhere alike.
Result<Analysis> judge_varying(const PixelStore& picture, const Estimator& estimator,
                               const Search& search, const Analysis& uniform,
                               const std::optional<JpegNoise>& jpeg,
                               const std::array<ToneCurve, 3>& tones, unsigned threads,
                               const std::stop_token& stop) {
  auto map = scan_focus(picture, jpeg, tones, kLargestVarying, threads, stop);
  if (!map) return fail(std::move(map));
  if (map->empty() || map->blurred_part() < kLeastBlurred) return uniform;
  const double middle = map->radius_at(0.5);
  const int blurred = static_cast<int>(
      std::ranges::count_if(map->cells(), [](const auto& cell) { return cell.radius > 0; }));

  auto encoded = blurred_power(picture, *map, nullptr, threads, stop);
  if (!encoded) return fail(std::move(encoded));
  auto linear = blurred_power(picture, *map, &tones, threads, stop);
  if (!linear) return fail(std::move(linear));
  std::vector<Box> boxes;
  for (const FocusCell& cell : map->cells()) {
    const bool typical = cell.radius > 0 && double(cell.radius) <= map->radius_at(0.6) &&
                         double(cell.radius) >= map->radius_at(0.4);
    if (typical && boxes.size() < 3) boxes.push_back(cell.box);
  }
  auto pooled =
      judge(picture, estimator, search, {std::move(*encoded), std::move(*linear), 9 * blurred},
            boxes, jpeg, tones, threads, stop);
  if (!pooled) return pooled;
  if (pooled->blur.family == Family::none) return uniform;
  const bool gauss = pooled->blur.family == Family::gauss;
  const double size = pooled->blur.size;
  map->scale(gauss ? 0.5 : 1.0);
  // A window that says something else than all together is not believed.
  if (std::abs(std::log((gauss ? 0.5 : 1.0) * middle / size)) > std::log(kVaries)) return uniform;
  map->forget_beyond(size / kDisbelieved, size * kDisbelieved);
  if (map->blurred_part() < kLeastBlurred) return uniform;
  if (map->radius_at(0.9) < kVaries * map->radius_at(0.1)) map->level(size);
  pooled->map = std::move(*map);
  return pooled;
}

}  // namespace

Result<Analysis> analyse(const PixelStore& picture, const ModelTraits& model,
                         const std::array<ToneCurve, 3>& tones, unsigned threads,
                         const std::stop_token& stop) {
  const auto seen = survey(picture, tones, threads, stop);
  if (!seen) return std::unexpected(seen.error());
  if (seen->spectra.blocks == 0) return Analysis();
  const auto jpeg = jpeg_noise(picture.info());
  const Estimator estimator(model.search, jpeg);
  const auto uniform = judge(picture, estimator, model.search, seen->spectra, seen->boxes, jpeg,
                             tones, threads, stop);
  // Where the whole picture lacks high frequencies, no part of it is sharp.
  if (!uniform || !model.varying || uniform->blur.family != Family::none) return uniform;
  return judge_varying(picture, estimator, model.search, *uniform, jpeg, tones, threads, stop);
}

}  // namespace sharpen::engine
