#include "service/engine/shake/path.h"

#include <algorithm>
#include <cmath>

namespace sharpen::engine {
namespace {

constexpr std::size_t kSamples = 160;
constexpr int kLargestReach = 28;

using Values = std::array<double, kSamples>;

/// The Legendre polynomials from the first on, at evenly spaced times, each of mean 0.
std::array<Values, kOrders> make_basis() {
  std::array<Values, kOrders> basis{};
  for (std::size_t i = 0; i < kSamples; ++i) {
    const double t = 2 * (double(i) + 0.5) / kSamples - 1;
    double before = 1, now = t;
    for (std::size_t k = 0; k < kOrders; ++k) {
      basis[k][i] = now;
      const double n = double(k) + 1;
      const double next = ((2 * n + 1) * t * now - n * before) / (n + 1);
      before = now;
      now = next;
    }
  }
  for (Values& values : basis) {
    double mean = 0;
    for (const double value : values) mean += value / kSamples;
    for (double& value : values) value -= mean;
  }
  return basis;
}

Values positions(const std::array<double, kOrders>& weights) {
  static const std::array<Values, kOrders> kBasis = make_basis();
  Values result{};
  for (std::size_t k = 0; k < kOrders; ++k) {
    if (weights[k] == 0) continue;
    for (std::size_t i = 0; i < kSamples; ++i) result[i] += weights[k] * kBasis[k][i];
  }
  return result;
}

}  // namespace

Plane point_spread(const Path& path) {
  const Values x = positions(path.x), y = positions(path.y);
  double far = 0;
  for (std::size_t i = 0; i < kSamples; ++i) far = std::max({far, std::abs(x[i]), std::abs(y[i])});
  const int reach = std::min(kLargestReach, static_cast<int>(std::ceil(far)) + 1);
  Plane kernel(2 * reach + 1, 2 * reach + 1);
  const double most = 2 * reach - 0.01;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const double u = std::clamp(x[i] + reach, 0.0, most), v = std::clamp(y[i] + reach, 0.0, most);
    const int column = static_cast<int>(u), row = static_cast<int>(v);
    const double a = u - column, b = v - row;
    kernel.at(column, row) += static_cast<float>((1 - a) * (1 - b) / kSamples);
    kernel.at(column + 1, row) += static_cast<float>(a * (1 - b) / kSamples);
    kernel.at(column, row + 1) += static_cast<float>((1 - a) * b / kSamples);
    kernel.at(column + 1, row + 1) += static_cast<float>(a * b / kSamples);
  }
  return kernel;
}

double length_of(const Path& path) {
  const Values x = positions(path.x), y = positions(path.y);
  double length = 0;
  for (std::size_t i = 1; i < kSamples; ++i) length += std::hypot(x[i] - x[i - 1], y[i] - y[i - 1]);
  return length;
}

Path turned(const Path& path) {
  Path other = path;
  for (std::size_t k = 0; k < kOrders; ++k) {
    other.x[k] = -path.x[k];
    other.y[k] = -path.y[k];
  }
  return other;
}

std::array<double, kPaces> paces(const Path& path) {
  constexpr std::size_t kStep = kSamples / kPaces;
  const Values x = positions(path.x), y = positions(path.y);
  std::array<double, kPaces> result{};
  double mean = 0;
  for (std::size_t i = 0; i < kPaces; ++i) {
    const std::size_t from = i * kStep, to = std::min(from + kStep, kSamples - 1);
    const double part = double(kStep) / double(to - from);
    result[i] = 0.02 + part * std::hypot(x[to] - x[from], y[to] - y[from]);
    mean += result[i] / kPaces;
  }
  for (double& value : result) value /= mean;
  return result;
}

double likeness(const Plane& a, const Plane& b) {
  constexpr int kShift = 2;
  double squares_a = 0, squares_b = 0, best = 0;
  for (const float value : a.values()) squares_a += double(value) * double(value);
  for (const float value : b.values()) squares_b += double(value) * double(value);
  const int across = b.width() / 2 - a.width() / 2, down = b.height() / 2 - a.height() / 2;
  for (int dy = -kShift; dy <= kShift; ++dy) {
    for (int dx = -kShift; dx <= kShift; ++dx) {
      double products = 0;
      for (int y = 0; y < a.height(); ++y) {
        const int row = y + down + dy;
        if (row < 0 || row >= b.height()) continue;
        for (int x = 0; x < a.width(); ++x) {
          const int column = x + across + dx;
          if (column < 0 || column >= b.width()) continue;
          products += double(a.at(x, y)) * double(b.at(column, row));
        }
      }
      best = std::max(best, products);
    }
  }
  return best / std::sqrt(squares_a * squares_b);
}

}  // namespace sharpen::engine
