#include "service/engine/focus_scan.h"

#include <algorithm>
#include <cmath>

#include "service/engine/luma.h"
#include "service/engine/parallel.h"

namespace sharpen::engine {
namespace {

constexpr int kWindow = 2 * kBlock;
constexpr double kMostCells = 400;

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

}  // namespace

Result<FocusMap> scan_focus(const PixelStore& picture, const std::optional<JpegNoise>& jpeg,
                            const std::array<ToneCurve, 3>& tones, double max_radius,
                            unsigned threads, const std::stop_token& stop) {
  if (picture.width() < kWindow || picture.height() < kWindow) return FocusMap();
  const double area = double(picture.width()) * double(picture.height());
  const int step = std::max(kBlock, static_cast<int>(std::ceil(std::sqrt(area / kMostCells))));
  const auto columns = even_places(picture.width(), step);
  std::vector<FocusCell> cells;
  for (const int y : even_places(picture.height(), step)) {
    for (const int x : columns) cells.push_back({{x, y, kWindow, kWindow}, -1});
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
  std::vector<Result<void>> outcomes(cells.size());
  parallel_for(static_cast<int>(cells.size()), threads, stop, [&](int index) {
    FocusCell& cell = cells[std::size_t(index)];
    for (const bool in_linear_light : {false, true}) {
      const auto luma = read_luma(picture, cell.box, in_linear_light ? &tones : nullptr);
      if (!luma) {
        outcomes[std::size_t(index)] = std::unexpected(luma.error());
        return;
      }
      Plane power(kBlock / 2 + 1, kBlock);
      double detail = 0;
      const int count = window_power(blocks, *luma, white, power, detail);
      if (count < 4) return;
      for (float& value : power.values()) value /= static_cast<float>(count);
      const Estimate estimate = estimator.quick(power);
      // Two differences of sums over sixteen pixels.
      const double noise = 64 * estimate.noise * estimate.noise;
      cell.radius = cell_radius(estimate, detail / count / std::max(noise, 1e-9));
      if (cell.radius > 0) return;
    }
  });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  for (auto& outcome : outcomes) {
    if (!outcome) return fail(std::move(outcome));
  }
  FocusMap map(std::move(cells), static_cast<int>(columns.size()));
  map.settle();
  return map;
}

Result<Plane> blurred_power(const PixelStore& picture, const FocusMap& map,
                            const std::array<ToneCurve, 3>* tones, unsigned threads,
                            const std::stop_token& stop) {
  const BlockSpectrum blocks;
  const float white = clipped_luma(picture);
  std::vector<FocusCell> cells(map.cells().begin(), map.cells().end());
  std::erase_if(cells, [](const FocusCell& cell) { return cell.radius <= 0; });
  // A fixed number of partial sums keeps the order of additions, whatever the number of threads.
  constexpr int kParts = 8;
  std::vector<Plane> sums(kParts, Plane(kBlock / 2 + 1, kBlock));
  std::vector<int> counts(kParts);
  std::vector<Result<void>> outcomes(kParts);
  parallel_for(kParts, threads, stop, [&](int part) {
    const auto at = std::size_t(part);
    for (std::size_t i = at; i < cells.size() && !stop.stop_requested(); i += kParts) {
      auto luma = read_luma(picture, cells[i].box, nullptr);
      const auto curved = luma && tones ? read_luma(picture, cells[i].box, tones) : luma;
      if (!luma || !curved) {
        outcomes[at] = std::unexpected(!luma ? luma.error() : curved.error());
        return;
      }
      for (int y = 0; y + kBlock <= luma->height(); y += kBlock / 2) {
        for (int x = 0; x + kBlock <= luma->width(); x += kBlock / 2) {
          if (block_detail(*luma, x, y, white) < 0) continue;
          blocks.add(*curved, x, y, sums[at]);
          ++counts[at];
        }
      }
    }
  });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  Plane power(kBlock / 2 + 1, kBlock);
  int count = 0;
  for (std::size_t part = 0; part < kParts; ++part) {
    if (!outcomes[part]) return fail(std::move(outcomes[part]));
    for (std::size_t i = 0; i < power.size(); ++i) power.data()[i] += sums[part].data()[i];
    count += counts[part];
  }
  for (float& value : power.values()) value /= static_cast<float>(std::max(count, 1));
  return power;
}

}  // namespace sharpen::engine
