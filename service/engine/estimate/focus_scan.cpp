#include "service/engine/estimate/focus_scan.h"

#include <algorithm>
#include <cmath>

#include "service/engine/decode/luma.h"
#include "service/engine/math/parallel.h"

namespace sharpen::engine {
namespace {

constexpr int kWindow = 2 * kBlock;
/// A disk's zeros show in a window: the contrast of Fit on the coarse frequencies. Windows of sharp
/// photographs stay below 1.5 at these radii.
constexpr double kClear = 4, kLeastRadius = 1.5, kNotGauss = 0.5;
constexpr double kLeastDetail = 6;  ///< over the noise

/// The sum of the window's block spectra; returns how many blocks were not clipped.
int window_power(const BlockSpectrum& blocks, const Plane& luma, float white, Plane& power,
                 double& detail) {
  int count = 0;
  for (int y = 0; y + kBlock <= luma.height(); y += kBlock / 2) {
    for (int x = 0; x + kBlock <= luma.width(); x += kBlock / 2) {
      const float here = block_detail(luma, x, y, white);
      if (here < 0) continue;
      blocks.add(luma, x, y, power);
      detail += double(here);
      ++count;
    }
  }
  return count;
}

std::vector<int> even_places(int length, int step) {
  const int count = 1 + std::max(0, (length - kWindow + step - 1) / step);
  std::vector<int> places;
  for (int i = 0; i < count; ++i) {
    places.push_back(count == 1 ? (length - kWindow) / 2
                                : static_cast<int>(long{length - kWindow} * i / (count - 1)));
  }
  return places;
}

/// One window in one domain.
struct Look {
  bool told = false;  ///< it has detail
  double noise = 0, radius = 0, deviance = 0;
};

Look look_at(const Estimate& estimate, double detail) {
  Look look;
  // Two differences of sums over sixteen pixels.
  look.told = detail > kLeastDetail * std::max(64 * estimate.noise * estimate.noise, 1e-9);
  look.noise = estimate.noise;
  look.deviance = std::min(estimate.disk.deviance, estimate.none.deviance);
  const Fit& disk = estimate.disk;
  const bool clear = disk.contrast > kClear && disk.blur.size > kLeastRadius &&
                     disk.twist < kMostTwist && disk.deviance < estimate.gauss.deviance + kNotGauss;
  if (look.told && clear) look.radius = disk.blur.size;
  return look;
}

struct Window {
  Look encoded, linear;
};

/// The noise of the windows that are blurred.
double noise_of(std::span<const Window> windows) {
  std::vector<double> blurred;
  for (const Window& window : windows) {
    if (window.encoded.radius > 0 || window.linear.radius > 0) {
      blurred.push_back(window.encoded.noise);
    }
  }
  std::ranges::sort(blurred);
  return blurred.empty() ? 0 : blurred[blurred.size() / 2];
}

}  // namespace

Result<FocusScan> scan_focus(const PixelStore& picture, const std::optional<JpegNoise>& jpeg,
                             const std::array<ToneCurve, 3>& tones, double max_radius, int cells,
                             unsigned threads, const std::stop_token& stop) {
  if (picture.width() < kWindow || picture.height() < kWindow) return FocusScan();
  const double area = double(picture.width()) * double(picture.height());
  const int step = std::max(kBlock, static_cast<int>(std::ceil(std::sqrt(area / cells))));
  const auto columns = even_places(picture.width(), step);
  std::vector<FocusCell> places;
  for (const int y : even_places(picture.height(), step)) {
    for (const int x : columns) places.push_back({{x, y, kWindow, kWindow}, -1});
  }
  const Estimator estimator({.disk = true,
                             .gauss = true,
                             .motion = false,
                             .max_radius = max_radius,
                             .max_sigma = max_radius / 2,
                             .max_length = 0},
                            jpeg);
  const BlockSpectrum blocks;
  const float white = clipped_luma(picture);
  std::vector<Window> windows(places.size());
  std::vector<Result<void>> outcomes(places.size());
  parallel_for(static_cast<int>(places.size()), threads, stop, [&](int index) {
    const auto at = std::size_t(index);
    for (const bool straight : {false, true}) {
      const auto luma = read_luma(picture, places[at].box, straight ? &tones : nullptr);
      if (!luma) {
        outcomes[at] = std::unexpected(luma.error());
        return;
      }
      Plane power(kBlock / 2 + 1, kBlock);
      double detail = 0;
      const int count = window_power(blocks, *luma, white, power, detail);
      if (count < 4) return;
      for (float& value : power.values()) value /= static_cast<float>(count);
      (straight ? windows[at].linear : windows[at].encoded) =
          look_at(estimator.quick(power), detail / count);
    }
    // What a JPEG's quantisation looks like in linear light is not known.
    if (jpeg && windows[at].encoded.radius <= 0) windows[at].linear.radius = 0;
  });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  for (auto& outcome : outcomes) {
    if (!outcome) return fail(std::move(outcome));
  }
  FocusScan scan;
  scan.noise = noise_of(windows);
  for (const bool straight : {false, true}) {
    FocusScan::Reading& reading = straight ? scan.linear : scan.encoded;
    std::vector<FocusCell> cells_read = places;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const Look& look = straight ? windows[i].linear : windows[i].encoded;
      if (look.told) cells_read[i].radius = static_cast<float>(look.radius);
      const bool blurred = windows[i].encoded.radius > 0 || windows[i].linear.radius > 0;
      if (blurred) reading.deviance += look.deviance;
    }
    reading.map = FocusMap(std::move(cells_read), static_cast<int>(columns.size()));
    reading.map.settle();
  }
  return scan;
}

}  // namespace sharpen::engine
