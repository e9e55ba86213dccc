#include "service/engine/estimate/jpeg_noise.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "service/engine/estimate/spectrum.h"

namespace sharpen::engine {

std::optional<JpegNoise> jpeg_noise(const PictureInfo& info) {
  if (!info.jpeg_luma_table) return std::nullopt;
  JpegNoise noise;
  // The unit of read_luma() is sqrt(3) of a JPEG's luminance.
  const double scale = (info.channels >= 3 ? 3.0 : 1.0) / 12 / (255.0 * 255.0);
  for (std::size_t i = 0; i < noise.size(); ++i) {
    const double q = (*info.jpeg_luma_table)[i];
    noise[i] = q * q * scale;
  }
  return noise;
}

double lifted_variance(const JpegNoise& noise) {
  double sum = 0;
  for (std::size_t y = 0; y < 4; ++y) {
    for (std::size_t x = 0; x < 4; ++x) sum += noise[8 * y + x] / 16;
  }
  return sum / 2;
}

float jpeg_noise_at(const JpegNoise& noise, double u, double v) {
  // DCT frequency k is k / 16 cycles per pixel.
  const double x = std::min(std::abs(u) * 16, 7.0), y = std::min(std::abs(v) * 16, 7.0);
  const int x0 = std::min(static_cast<int>(x), 6), y0 = std::min(static_cast<int>(y), 6);
  const double fx = x - x0, fy = y - y0;
  const auto at = [&](int i, int j) { return noise[static_cast<std::size_t>(8 * j + i)]; };
  return static_cast<float>((1 - fy) * ((1 - fx) * at(x0, y0) + fx * at(x0 + 1, y0)) +
                            fy * ((1 - fx) * at(x0, y0 + 1) + fx * at(x0 + 1, y0 + 1)));
}

void leave_out_quantised(const Plane& power, const Plane& noise, Plane& use) {
  constexpr int kSectors = 12, kRings = 24;
  const auto cell = [](double u, double v) {
    const double phi = std::atan2(v, u) / 3.14159265358979 + 0.5;
    const int sector = std::clamp(static_cast<int>(phi * kSectors), 0, kSectors - 1);
    const int ring = std::clamp(static_cast<int>(std::hypot(u, v) / 0.5 * kRings), 0, kRings - 1);
    return std::pair(sector, ring);
  };
  std::array<std::array<double, kRings>, kSectors> signal{}, floor{};
  for (int row = 0; row < power.height(); ++row) {
    for (int column = 0; column < power.width(); ++column) {
      const auto [sector, ring] = cell(frequency(column), frequency(row));
      signal[std::size_t(sector)][std::size_t(ring)] += double(power.at(column, row));
      floor[std::size_t(sector)][std::size_t(ring)] += double(noise.at(column, row));
    }
  }
  std::array<int, kSectors> last{};
  for (std::size_t s = 0; s < kSectors; ++s) {
    for (std::size_t r = 0; r < kRings; ++r) {
      if (signal[s][r] > 1.5 * floor[s][r]) last[s] = static_cast<int>(r);
    }
  }
  for (int row = 0; row < power.height(); ++row) {
    for (int column = 0; column < power.width(); ++column) {
      const auto [sector, ring] = cell(frequency(column), frequency(row));
      const bool border = column % (kBlock / 8) == 0 || row % (kBlock / 8) == 0;
      if (border || ring > last[std::size_t(sector)]) use.at(column, row) = 0;
    }
  }
}

}  // namespace sharpen::engine
