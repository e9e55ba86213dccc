#include "service/engine/survey.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>

#include "service/engine/luma.h"
#include "service/engine/parallel.h"
#include "service/engine/spectrum.h"

namespace sharpen::engine {
namespace {

constexpr int kStep = kBlock / 2;
constexpr std::size_t kMostBlocks = 1600;

/// A block of the picture: its left edge, its band, and how much detail it has.
struct Place {
  int x, y;
  float detail;
};

/// The more detailed half of the blocks, band by band; none if the picture is flat or too small.
struct Detailed {
  std::vector<std::vector<Place>> bands;
  float clear = 0;  ///< the more detailed half of these have at least this much

  [[nodiscard]] bool none() const {
    return std::ranges::all_of(bands, [](const auto& band) { return band.empty(); });
  }
};

/// The sum of some spectra.
struct Sum {
  Plane power = Plane(kBlock / 2 + 1, kBlock);
  int blocks = 0;

  void add(const Sum& other) {
    for (std::size_t i = 0; i < power.size(); ++i) power.data()[i] += other.power.data()[i];
    blocks += other.blocks;
  }
  [[nodiscard]] Plane mean() const {
    Plane result = power;
    for (float& value : result.values()) value /= static_cast<float>(blocks);
    return result;
  }
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

/// Where the picture has most detail: boxes that do not overlap.
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

Result<Detailed> detailed_blocks(const PixelStore& picture, int step, unsigned threads,
                                 const std::stop_token& stop) {
  const float white = clipped_luma(picture);
  std::vector<std::vector<Place>> found(std::size_t((picture.height() - kBlock) / step + 1));
  auto looked =
      for_each_band(picture, step, nullptr, threads, stop, [&](int band, const Plane& luma) {
        for (int x = 0; x + kBlock <= luma.width(); x += step) {
          const float detail = block_detail(luma, x, 0, white);
          if (detail >= 0) found[std::size_t(band)].push_back({x, band, detail});
        }
      });
  if (!looked) return fail(std::move(looked));
  std::vector<float> details;
  for (const auto& band : found) {
    for (const Place& place : band) details.push_back(place.detail);
  }
  const auto middle = details.begin() + std::ptrdiff_t(details.size() / 2);
  if (!details.empty()) std::ranges::nth_element(details, middle);
  const float least = details.empty() ? 0 : *middle;
  for (auto& band : found) {
    std::erase_if(band, [&](const Place& place) { return least <= 0 || place.detail < least; });
  }
  const auto quarter = details.begin() + std::ptrdiff_t(details.size() * 3 / 4);
  if (!details.empty()) std::ranges::nth_element(details, quarter);
  return Detailed{std::move(found), details.empty() ? 0 : *quarter};
}

/// The spectra of the detailed blocks.
struct Power {
  Sum clear, rest;
};

Result<Power> sum_power(const PixelStore& picture, const Detailed& found, int step,
                        const std::array<ToneCurve, 3>* curves, unsigned threads,
                        const std::stop_token& stop) {
  const BlockSpectrum blocks;
  std::vector<Power> bands(found.bands.size());
  auto summed =
      for_each_band(picture, step, curves, threads, stop, [&](int band, const Plane& luma) {
        Power& power = bands[std::size_t(band)];
        for (const Place& place : found.bands[std::size_t(band)]) {
          Sum& sum = place.detail >= found.clear ? power.clear : power.rest;
          blocks.add(luma, place.x, 0, sum.power);
          ++sum.blocks;
        }
      });
  if (!summed) return fail(std::move(summed));
  Power total;
  for (const Power& band : bands) {
    total.clear.add(band.clear);
    total.rest.add(band.rest);
  }
  return total;
}

}  // namespace

Result<Survey> survey(const PixelStore& picture, const std::array<ToneCurve, 3>& tones,
                      unsigned threads, const std::stop_token& stop) {
  Survey result;
  if (picture.width() < kBlock || picture.height() < kBlock) return result;
  const double possible =
      double(picture.width()) / kStep * double(picture.height()) / kStep / double(kMostBlocks);
  const int step = kStep * std::max(1, static_cast<int>(std::sqrt(possible)));
  const auto found = detailed_blocks(picture, step, threads, stop);
  if (!found) return std::unexpected(found.error());
  if (found->none()) return result;
  auto encoded = sum_power(picture, *found, step, nullptr, threads, stop);
  if (!encoded) return fail(std::move(encoded));
  auto linear = sum_power(picture, *found, step, &tones, threads, stop);
  if (!linear) return fail(std::move(linear));
  result.clearest = {encoded->clear.mean(), linear->clear.mean(), encoded->clear.blocks};
  for (Power* power : {&*encoded, &*linear}) power->rest.add(power->clear);
  result.spectra = {encoded->rest.mean(), linear->rest.mean(), encoded->rest.blocks};
  result.boxes = trial_boxes(picture, found->bands, step);
  return result;
}

}  // namespace sharpen::engine
