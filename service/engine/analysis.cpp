#include "service/engine/analysis.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>

#include "service/engine/focus_scan.h"
#include "service/engine/luma.h"
#include "service/engine/parallel.h"
#include "service/engine/trial.h"

namespace sharpen::engine {
namespace {

constexpr int kStep = kBlock / 2;
constexpr std::size_t kMostBlocks = 1600;
/// The difference of deviance that tells a small disk from a Gauss; a JPEG hides most of it.
constexpr double kClearZeros = 3, kClearZerosJpeg = 0.5;
/// Likewise linear light from encoded values for a Gauss: the wrong choice costs more than the
/// right one brings.
constexpr double kClearLinearGauss = 6;
/// A smaller part of blurred windows is not worth a second look; radii that spread over more than
/// this ratio vary.
constexpr double kLeastBlurred = 0.05, kVaries = 1.35, kDisbelieved = 1.8;
constexpr double kLargestVarying = 10;  ///< a stronger blur of a part is meant to be
/// No family explains the picture if the best leaves more than this, besides the scatter of a mean
/// over few blocks, and, for kernels with zeros, more than this part of what none leaves.
constexpr double kMostDeviance = 38, kMostDevianceVague = 20, kVagueGauss = 0.2, kScatter = 270,
                 kMostRatio = 0.2;
/// The part of the deviance of every other explanation that a line, and a long one, may leave.
constexpr double kLineRatio = 0.75, kLongLineRatio = 0.5, kLongLine = 28;
constexpr double kLeastGain = 6;  ///< of deviance that a blur must bring over none

struct Place {
  int x, y;
  float detail;
};

/// Calls `work(band, luma rows, first row)` for each band of block rows, in parallel.
template <class Work>
Result<void> for_each_band(const PixelStore& picture, int step,
                           const std::array<ToneCurve, 3>* tones, unsigned threads,
                           const std::stop_token& stop, const Work& work) {
  const int bands = (picture.height() - kBlock) / step + 1;
  Result<void> outcome;
  std::mutex mutex;
  parallel_for(bands, threads, stop, [&](int band) {
    auto luma = read_luma(picture, Box{0, band * step, picture.width(), kBlock}, tones);
    if (!luma) {
      const std::lock_guard lock(mutex);
      outcome = fail(std::move(luma));
      return;
    }
    work(band, *luma);
  });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  return outcome;
}

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

const Fit& of_family(const Estimate& estimate, Family family) {
  switch (family) {
    case Family::none:
      return estimate.none;
    case Family::disk:
      return estimate.disk;
    case Family::gauss:
      return estimate.gauss;
    case Family::motion:
      return estimate.line;
  }
  return estimate.none;
}

/// The best fit, but softness rather than a small defocus if its zeros do not clearly show, and a
/// line only if nothing else comes near: the straight structures of a sharp building look like one.
const Fit& preferred(const Estimate& estimate, double rival, bool jpeg) {
  const Fit& round =
      estimate.disk.deviance < estimate.gauss.deviance ? estimate.disk : estimate.gauss;
  const double needed = estimate.line.blur.size > kLongLine ? kLongLineRatio : kLineRatio;
  if (estimate.line.deviance < needed * std::min(rival, estimate.none.deviance)) {
    return estimate.line;
  }
  const bool small_disk = round.blur.family == Family::disk && round.blur.size < 2.4;
  if (small_disk &&
      estimate.gauss.deviance < round.deviance + (jpeg ? kClearZerosJpeg : kClearZeros)) {
    return estimate.gauss;
  }
  return round.deviance < estimate.none.deviance ? round : estimate.none;
}

/// A size at the end of the search is not a minimum.
bool at_end(const Blur& blur, const Search& search) {
  const double end = blur.family == Family::disk    ? search.max_radius
                     : blur.family == Family::gauss ? search.max_sigma
                                                    : search.max_length;
  return blur.size > 0.95 * end;
}

bool worth_undoing(const Blur& blur) {
  switch (blur.family) {
    case Family::none:
      return false;
    case Family::disk:
      return blur.size > 1.3;
    case Family::gauss:
      return blur.size > 0.75;
    case Family::motion:
      return blur.size > 2.9;
  }
  return false;
}

/// Where the picture has most detail: boxes for try_candidates() that do not overlap.
std::vector<Box> trial_boxes(const PixelStore& picture,
                             const std::vector<std::vector<Place>>& found, int step) {
  constexpr int kSide = 320;
  constexpr std::size_t kCount = 3;
  std::vector<Place> places;
  for (const auto& band : found) places.insert(places.end(), band.begin(), band.end());
  std::ranges::stable_sort(places, std::greater(), &Place::detail);
  const int width = std::min(kSide, picture.width()), height = std::min(kSide, picture.height());
  std::vector<Box> boxes;
  for (const Place& place : places) {
    const int x = std::clamp(place.x + kBlock / 2 - width / 2, 0, picture.width() - width);
    const int y =
        std::clamp(place.y * step + kBlock / 2 - height / 2, 0, picture.height() - height);
    const bool apart = std::ranges::all_of(boxes, [&](const Box& box) {
      return std::abs(box.x - x) >= width || std::abs(box.y - y) >= height;
    });
    if (apart) boxes.push_back({x, y, width, height});
    if (boxes.size() == kCount) break;
  }
  return boxes;
}

/// Mean spectra of the same blocks.
struct Spectra {
  Plane encoded, linear;
  int blocks = 0;
};

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
  std::vector<Candidate> candidates;
  const double round = std::min(
      {encoded.disk.deviance, encoded.gauss.deviance, linear.disk.deviance, linear.gauss.deviance});
  const Fit& in_encoded = preferred(encoded, round, jpeg.has_value());
  const Fit& in_linear = preferred(linear, round, jpeg.has_value());
  const Fit& fit = in_linear.deviance < in_encoded.deviance ? in_linear : in_encoded;
  for (const bool in_linear_light : {false, true}) {
    const Estimate& estimate = in_linear_light ? linear : encoded;
    const Fit& same = of_family(estimate, fit.blur.family);
    const double gain = estimate.none.deviance - same.deviance;
    const bool similar = std::abs(std::log(same.blur.size / fit.blur.size)) < 0.2;
    if (gain < kLeastGain || !worth_undoing(same.blur) || !similar) continue;
    // Zeros in the spectrum speak for themselves; a Gauss has none, and must fit better where its
    // size hangs on the domain, which it does not tell.
    const bool has_zeros = same.blur.family != Family::gauss;
    const bool vague =
        !has_zeros &&
        std::abs(std::log(encoded.gauss.blur.size / linear.gauss.blur.size)) > kVagueGauss;
    const double most = (vague ? kMostDevianceVague : kMostDeviance) + kScatter / power.blocks;
    const bool unexplained =
        same.deviance > most && !(has_zeros && same.deviance < kMostRatio * estimate.none.deviance);
    if (unexplained || at_end(same.blur, search)) continue;
    if (fit.blur.family == Family::gauss && in_linear_light &&
        linear.gauss.deviance + kClearLinearGauss > encoded.gauss.deviance) {
      continue;
    }
    candidates.push_back({same.blur, in_linear_light, same.deviance});
  }
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
  Analysis analysis;
  if (picture.width() < kBlock || picture.height() < kBlock) return analysis;
  const double possible =
      double(picture.width()) / kStep * double(picture.height()) / kStep / double(kMostBlocks);
  const int step = kStep * std::max(1, static_cast<int>(std::sqrt(possible)));
  const float white = clipped_luma(picture);
  const auto bands = static_cast<std::size_t>((picture.height() - kBlock) / step + 1);

  std::vector<std::vector<Place>> found(bands);
  auto looked =
      for_each_band(picture, step, nullptr, threads, stop, [&](int band, const Plane& luma) {
        for (int x = 0; x + kBlock <= luma.width(); x += step) {
          const float detail = block_detail(luma, x, 0, white);
          if (detail >= 0) {
            found[std::size_t(band)].push_back({x, band, detail});
          }
        }
      });
  if (!looked) return fail(std::move(looked));
  std::vector<float> details;
  for (const auto& band : found) {
    for (const Place& place : band) details.push_back(place.detail);
  }
  if (details.empty()) return analysis;
  const auto middle = details.begin() + std::ptrdiff_t(details.size() / 2);
  std::ranges::nth_element(details, middle);
  const float least = *middle;
  if (least <= 0) return analysis;

  const BlockSpectrum blocks;
  int used = 0;
  const auto mean_power = [&](const std::array<ToneCurve, 3>* curves) -> Result<Plane> {
    std::vector<Plane> sums(bands);
    std::vector<int> counts(bands);
    auto summed =
        for_each_band(picture, step, curves, threads, stop, [&](int band, const Plane& luma) {
          Plane sum(kBlock / 2 + 1, kBlock);
          for (const Place& place : found[std::size_t(band)]) {
            if (place.detail < least) continue;
            blocks.add(luma, place.x, 0, sum);
            ++counts[std::size_t(band)];
          }
          sums[std::size_t(band)] = std::move(sum);
        });
    if (!summed) return fail(std::move(summed));
    Plane power(kBlock / 2 + 1, kBlock);
    int count = 0;
    for (std::size_t band = 0; band < bands; ++band) {
      for (std::size_t i = 0; i < power.size(); ++i) power.data()[i] += sums[band].data()[i];
      count += counts[band];
    }
    for (float& value : power.values()) value /= static_cast<float>(count);
    used = count;
    return power;
  };
  const auto jpeg = jpeg_noise(picture.info());
  const Estimator estimator(model.search, jpeg);
  auto encoded_power = mean_power(nullptr);
  if (!encoded_power) return fail(std::move(encoded_power));
  auto linear_power = mean_power(&tones);
  if (!linear_power) return fail(std::move(linear_power));
  const Spectra whole{*encoded_power, *linear_power, used};
  const auto uniform = judge(picture, estimator, model.search, whole,
                             trial_boxes(picture, found, step), jpeg, tones, threads, stop);
  // Where the whole picture lacks high frequencies, no part of it is sharp.
  if (!uniform || !model.varying || uniform->blur.family != Family::none) return uniform;
  return judge_varying(picture, estimator, model.search, *uniform, jpeg, tones, threads, stop);
}

}  // namespace sharpen::engine
