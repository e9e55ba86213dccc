#include "service/engine/analysis.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "service/engine/parallel.h"

namespace sharpen::engine {
namespace {

constexpr int kStep = kBlock / 2;
constexpr std::size_t kMostBlocks = 1600;
constexpr float kWhite = 0.985f;
constexpr float kLumaScale = 0.57735026919f;

struct Place {
  int x, y;
  float detail;
};

/// The luma of a box, in encoded or linear light; scaled so that its noise is that of a channel.
Result<Plane> read_luma(const PixelStore& picture, const Box& box,
                        const std::array<ToneCurve, 3>* tones) {
  std::array<Plane, 3> channels;
  const auto count = static_cast<std::size_t>(picture.colours());
  if (auto read = picture.read(box, std::span(channels.data(), count)); !read) {
    return fail(std::move(read));
  }
  for (std::size_t c = 0; tones && c < count; ++c) (*tones)[c].linearise(channels[c].values());
  if (count == 1) return std::move(channels[0]);
  float* luma = channels[0].data();
  for (std::size_t i = 0; i < channels[0].size(); ++i) {
    luma[i] = kLumaScale * (luma[i] + channels[1].data()[i] + channels[2].data()[i]);
  }
  return std::move(channels[0]);
}

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

}  // namespace

Result<Analysis> analyse(const PixelStore& picture, const ModelTraits& model,
                         const std::array<ToneCurve, 3>& tones, unsigned threads,
                         const std::stop_token& stop) {
  Analysis analysis;
  if (picture.width() < kBlock || picture.height() < kBlock) return analysis;
  const double possible =
      double(picture.width()) / kStep * double(picture.height()) / kStep / double(kMostBlocks);
  const int step = kStep * std::max(1, static_cast<int>(std::sqrt(possible)));
  const float white = kWhite * (picture.colours() == 3 ? 1.7320508f : 1.0f);
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
    return power;
  };
  const auto jpeg = jpeg_noise(picture.info());
  const Estimator estimator(model.search, jpeg);
  auto encoded_power = mean_power(nullptr);
  if (!encoded_power) return fail(std::move(encoded_power));
  auto linear_power = mean_power(&tones);
  if (!linear_power) return fail(std::move(linear_power));
  const Estimate encoded = estimator.estimate(*encoded_power);
  const Estimate linear = estimator.estimate(*linear_power);
  analysis.linear_light = linear.best.deviance < encoded.best.deviance;
  const Estimate& better = analysis.linear_light ? linear : encoded;
  const Fit& fit = better.best;
  analysis.noise = std::max(encoded.noise, 0.29 / 255);
  if (jpeg)
    analysis.noise = std::sqrt(analysis.noise * analysis.noise + quantisation_variance(*jpeg));
  const double gain = better.none.deviance - fit.deviance;
  const bool large = fit.blur.family == Family::gauss ? fit.blur.size > 0.75 : fit.blur.size > 1.3;
  if (fit.blur.family != Family::none && gain > 6 && large) {
    analysis.blur = fit.blur;
    analysis.confidence = gain / (gain + 10);
  }
  return analysis;
}

}  // namespace sharpen::engine
