#include "service/engine/render/fallback.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "service/engine/math/vectorise.h"

namespace sharpen::engine {
namespace {

constexpr float kTrusted = 1.7f, kDistrusted = 3.0f;  ///< root mean squares of the residual

/// One row of take_specks(), without its ends. The second least and largest neighbours count, so
/// that a speck of two pixels does not excuse itself, and a thin line, with two of its own, stays.
SHARPEN_VECTORISED
void take_row(const float* above, const float* here, const float* below, float* out, int width,
              float slack) {
  for (int x = 1; x < width - 1; ++x) {
    const float around[8] = {above[x - 1], above[x],     above[x + 1], here[x - 1],
                             here[x + 1],  below[x - 1], below[x],     below[x + 1]};
    float least = 1e9f, low = 1e9f, most = -1e9f, high = -1e9f;
    for (const float value : around) {
      low = std::min(low, std::max(least, value));
      least = std::min(least, value);
      high = std::max(high, std::min(most, value));
      most = std::max(most, value);
    }
    const float reach = 0.5f * (high - low) + slack;
    out[x] = std::min(std::max(here[x], low - reach), high + reach);
  }
}

}  // namespace

void take_specks(Plane& picture, float noise) {
  const Plane before = picture;
  for (int y = 1; y < picture.height() - 1; ++y) {
    take_row(before.row(y - 1), before.row(y), before.row(y + 1), picture.row(y), picture.width(),
             4 * noise);
  }
}

Plane box_mean(const Plane& picture, int radius) {
  const int width = picture.width(), height = picture.height();
  Plane across(width, height), mean(width, height);
  for (int y = 0; y < height; ++y) {
    const float* from = picture.row(y);
    float* to = across.row(y);
    double sum = 0;
    int count = 0;
    for (int x = 0; x < std::min(radius, width); ++x, ++count) sum += double(from[x]);
    for (int x = 0; x < width; ++x) {
      if (x + radius < width) {
        sum += double(from[x + radius]);
        ++count;
      }
      if (x - radius - 1 >= 0) {
        sum -= double(from[x - radius - 1]);
        --count;
      }
      to[x] = static_cast<float>(sum / count);
    }
  }
  std::vector<double> sums(static_cast<std::size_t>(width));
  int count = 0;
  const auto add = [&](int row, double sign) {
    const float* from = across.row(row);
    for (std::size_t x = 0; x < sums.size(); ++x) sums[x] += sign * double(from[x]);
    count += sign > 0 ? 1 : -1;
  };
  for (int y = 0; y < std::min(radius, height); ++y) add(y, 1);
  for (int y = 0; y < height; ++y) {
    if (y + radius < height) add(y + radius, 1);
    if (y - radius - 1 >= 0) add(y - radius - 1, -1);
    float* to = mean.row(y);
    for (std::size_t x = 0; x < sums.size(); ++x) to[x] = static_cast<float>(sums[x] / count);
  }
  return mean;
}

Plane trust(const Plane& residual, int reach) {
  Plane squares(residual.width(), residual.height());
  for (std::size_t i = 0; i < squares.size(); ++i) {
    // One clipped or odd pixel must not speak for its whole neighbourhood.
    const float value = std::min(residual.data()[i] * residual.data()[i], 100.0f);
    squares.data()[i] = value;
  }
  const int radius = std::clamp(2 * reach, 8, 24);
  Plane weight = box_mean(squares, radius);
  for (float& value : weight.values()) {
    const float rms = std::sqrt(std::max(value, 0.0f));
    value = std::clamp((kDistrusted - rms) / (kDistrusted - kTrusted), 0.0f, 1.0f);
  }
  return box_mean(weight, radius / 2);
}

}  // namespace sharpen::engine
