#include "service/engine/estimate/survey.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>

#include "service/engine/decode/luma.h"
#include "service/engine/estimate/spectrum.h"
#include "service/engine/math/parallel.h"

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
    for (float& value : result.values()) value /= static_cast<float>(std::max(blocks, 1));
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

/// Where the picture has most detail: up to `count` boxes of at most this side that do not overlap.
std::vector<Box> trial_boxes(const PixelStore& picture,
                             const std::vector<std::vector<Place>>& found, int step, int side,
                             std::size_t count) {
  std::vector<Place> places;
  for (const auto& band : found) places.insert(places.end(), band.begin(), band.end());
  std::ranges::stable_sort(places, std::greater(), &Place::detail);
  const int width = std::min(side, picture.width()), height = std::min(side, picture.height());
  std::vector<Box> boxes;
  for (const Place& place : places) {
    const int x = std::clamp(place.x + kBlock / 2 - width / 2, 0, picture.width() - width);
    const int y =
        std::clamp(place.y * step + kBlock / 2 - height / 2, 0, picture.height() - height);
    const bool apart = std::ranges::all_of(boxes, [&](const Box& box) {
      return std::abs(box.x - x) >= width || std::abs(box.y - y) >= height;
    });
    if (apart) boxes.push_back({x, y, width, height});
    if (boxes.size() == count) break;
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

/// The spectra of the detailed blocks in two parts.
using Power = std::array<Sum, 2>;

/// `part` tells which part a place belongs to.
template <class Part>
Result<Power> sum_power(const PixelStore& picture, const Detailed& found, int step,
                        const std::array<ToneCurve, 3>* curves, unsigned threads,
                        const std::stop_token& stop, const Part& part) {
  const BlockSpectrum blocks;
  std::vector<Power> bands(found.bands.size());
  auto summed =
      for_each_band(picture, step, curves, threads, stop, [&](int band, const Plane& luma) {
        Power& power = bands[std::size_t(band)];
        for (const Place& place : found.bands[std::size_t(band)]) {
          Sum& sum = power[part(place)];
          blocks.add(luma, place.x, 0, sum.power);
          ++sum.blocks;
        }
      });
  if (!summed) return fail(std::move(summed));
  Power total;
  for (const Power& band : bands) {
    for (std::size_t i = 0; i < total.size(); ++i) total[i].add(band[i]);
  }
  return total;
}

Spectra spectra(const Sum& encoded, const Sum& linear) {
  return {encoded.mean(), linear.mean(), encoded.blocks};
}

Spectra spectra_of_both(Power encoded, Power linear) {
  for (Power* power : {&encoded, &linear}) power->back().add(power->front());
  return spectra(encoded.back(), linear.back());
}

/// How far apart blocks are, from `least` on, so that there are not too many.
int block_step(const PixelStore& picture, int least) {
  const double possible =
      double(picture.width()) / least * double(picture.height()) / least / double(kMostBlocks);
  return least * std::max(1, static_cast<int>(std::sqrt(possible)));
}

/// Where to cut the picture so that both sides have as many of the detailed blocks: across the
/// longer side of what they cover.
struct Middle {
  bool across = true;
  int at = 0;

  Middle(const Detailed& found, int step) {
    std::vector<int> columns, rows;
    for (const auto& band : found.bands) {
      for (const Place& place : band) {
        columns.push_back(place.x);
        rows.push_back(place.y);
      }
    }
    const auto extent = [](std::vector<int>& values) {
      std::ranges::sort(values);
      return values[values.size() * 9 / 10] - values[values.size() / 10];
    };
    across = extent(columns) >= extent(rows) * step;
    at = across ? columns[columns.size() / 2] : rows[rows.size() / 2];
  }
  [[nodiscard]] std::size_t side(const Place& place) const {
    return (across ? place.x : place.y) < at ? 0 : 1;
  }
};

}  // namespace

Result<Survey> survey(const PixelStore& picture, const std::array<ToneCurve, 3>& tones,
                      unsigned threads, const std::stop_token& stop) {
  Survey result;
  if (picture.width() < kBlock || picture.height() < kBlock) return result;
  const int step = block_step(picture, kStep);
  const auto found = detailed_blocks(picture, step, threads, stop);
  if (!found) return std::unexpected(found.error());
  if (found->none()) return result;
  const auto part = [&](const Place& place) -> std::size_t {
    return place.detail >= found->clear ? 0 : 1;
  };
  auto encoded = sum_power(picture, *found, step, nullptr, threads, stop, part);
  if (!encoded) return fail(std::move(encoded));
  auto linear = sum_power(picture, *found, step, &tones, threads, stop, part);
  if (!linear) return fail(std::move(linear));
  result.clearest = spectra(encoded->front(), linear->front());
  result.spectra = spectra_of_both(*encoded, *linear);
  result.boxes = trial_boxes(picture, found->bands, step, 320, 3);
  return result;
}

Result<Halves> survey_halves(const PixelStore& picture, const std::array<ToneCurve, 3>& tones,
                             unsigned threads, const std::stop_token& stop) {
  Halves result;
  if (picture.width() < kBlock || picture.height() < kBlock) return result;
  const int step = block_step(picture, kStep / 2);
  const auto found = detailed_blocks(picture, step, threads, stop);
  if (!found) return std::unexpected(found.error());
  if (found->none()) return result;
  const Middle middle(*found, step);
  const auto part = [&](const Place& place) { return middle.side(place); };
  auto encoded = sum_power(picture, *found, step, nullptr, threads, stop, part);
  if (!encoded) return fail(std::move(encoded));
  auto linear = sum_power(picture, *found, step, &tones, threads, stop, part);
  if (!linear) return fail(std::move(linear));
  for (std::size_t i = 0; i < result.parts.size(); ++i) {
    result.parts[i] = spectra((*encoded)[i], (*linear)[i]);
  }
  result.whole = spectra_of_both(*encoded, *linear);
  result.boxes = trial_boxes(picture, found->bands, step, 256, 6);
  return result;
}

}  // namespace sharpen::engine
