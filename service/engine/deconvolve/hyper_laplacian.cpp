#include "service/engine/deconvolve/hyper_laplacian.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "service/engine/math/look_up.h"
#include "service/engine/math/vectorise.h"

namespace sharpen::engine {
namespace {

constexpr float kAlpha = 2.0f / 3.0f;
constexpr int kPerUnit = 256;
constexpr float kTableEnd = 8;

/// For beta = 1: the better of 0 and the outer root of w - v + alpha w^(alpha - 1) = 0.
float solve(float v) {
  double w = double(v);
  for (int i = 0; i < 60; ++i) {
    const double next = double(v) - double(kAlpha) * std::pow(w, double(kAlpha) - 1);
    if (!(next > 0)) return 0;
    w = next;
  }
  const double moved = std::pow(w, double(kAlpha)) + 0.5 * (w - double(v)) * (w - double(v));
  return moved < 0.5 * double(v) * double(v) ? static_cast<float>(w) : 0.0f;
}

/// kLanes values.
inline __attribute__((always_inline)) void shrink_block(const float* value, const float* next,
                                                        float* out, const float* table,
                                                        float scale) {
  const float back = 1 / scale;
  std::array<int, kLanes> cells;
  std::array<float, kLanes> parts;
  for (std::size_t i = 0; i < kLanes; ++i) {
    const float position = std::min(kTableEnd, std::fabs((next[i] - value[i]) * scale)) * kPerUnit;
    cells[i] = static_cast<int>(position);
    parts[i] = position - static_cast<float>(cells[i]);
  }
  const auto pairs = read_pairs(table, cells);
  for (std::size_t i = 0; i < kLanes; ++i) {
    const float v = (next[i] - value[i]) * scale;
    // Beyond the table the shrinkage is all but constant.
    const float result = between(pairs, i, parts[i]) + std::max(std::fabs(v) - kTableEnd, 0.0f);
    out[i] = std::copysign(result, v) * back;
  }
}

SHARPEN_VECTORISED
void shrink_row(const float* value, const float* next, float* out, int count, const float* table,
                float scale) {
  const auto size = static_cast<std::size_t>(count);
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) shrink_block(value + i, next + i, out + i, table, scale);
  std::array<float, kLanes> values{}, followers{}, rest{};
  std::copy(value + i, value + size, values.begin());
  std::copy(next + i, next + size, followers.begin());
  shrink_block(values.data(), followers.data(), rest.data(), table, scale);
  std::copy_n(rest.begin(), size - i, out + i);
}

}  // namespace

Shrinkage::Shrinkage() : table_(static_cast<std::size_t>(kTableEnd * kPerUnit) + 2) {
  for (std::size_t i = 0; i < table_.size(); ++i) {
    table_[i] = solve(static_cast<float>(i) / kPerUnit);
  }
}

void Shrinkage::shrink_gradients(const Plane& picture, float beta, Plane& adjoint, Plane& dx,
                                 Plane& dy) const {
  const int width = picture.width(), height = picture.height();
  const float scale = std::pow(beta, 1 / (2 - kAlpha));
  std::vector<float> shifted(static_cast<std::size_t>(width));
  for (int y = 0; y < height; ++y) {
    const float* row = picture.row(y);
    std::copy_n(row + 1, width - 1, shifted.begin());
    shifted.back() = row[0];
    shrink_row(row, shifted.data(), dx.row(y), width, table_.data(), scale);
    shrink_row(row, picture.row((y + 1) % height), dy.row(y), width, table_.data(), scale);
  }
  adjoint_gradient(dx, dy, adjoint);
}

void adjoint_gradient(const Plane& dx, const Plane& dy, Plane& adjoint) {
  const int width = dx.width(), height = dx.height();
  for (int y = 0; y < height; ++y) {
    const float* x_row = dx.row(y);
    const float* here = dy.row(y);
    const float* above = dy.row((y + height - 1) % height);
    float* out = adjoint.row(y);
    out[0] = x_row[width - 1] - x_row[0] + above[0] - here[0];
    for (int x = 1; x < width; ++x) out[x] = x_row[x - 1] - x_row[x] + above[x] - here[x];
  }
}

Plane gradient_power(const Fft& fft) {
  Plane power(fft.width() / 2 + 1, fft.height());
  for (int y = 0; y < power.height(); ++y) {
    const double wy = 2 - 2 * std::cos(2 * std::numbers::pi * y / fft.height());
    for (int x = 0; x < power.width(); ++x) {
      const double wx = 2 - 2 * std::cos(2 * std::numbers::pi * x / fft.width());
      power.at(x, y) = static_cast<float>(wx + wy);
    }
  }
  return power;
}

}  // namespace sharpen::engine
