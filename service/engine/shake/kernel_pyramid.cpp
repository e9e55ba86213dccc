#include "service/engine/shake/kernel_pyramid.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "service/engine/shake/path_refine.h"

namespace sharpen::engine {
namespace {

constexpr double kRatio = 1.41421356;  ///< of one scale to the next
constexpr int kSmallest = 5;           ///< side of the coarsest kernel
constexpr int kRounds = 5;             ///< at each scale
constexpr float kEdges = 4e-3f, kLeastEdges = 2e-4f;

/// Shrinks one line of pixels by averaging.
void shrink_line(const float* from, int length, std::ptrdiff_t step, float* to, int shrunk,
                 std::ptrdiff_t to_step) {
  const double scale = double(length) / shrunk;
  for (int i = 0; i < shrunk; ++i) {
    const double first = i * scale, last = (i + 1) * scale;
    double sum = 0;
    for (int at = static_cast<int>(first); at < length && at < last; ++at) {
      const double part = std::min(last, at + 1.0) - std::max(first, double(at));
      sum += part * double(from[at * step]);
    }
    to[i * to_step] = static_cast<float>(sum / scale);
  }
}

Plane shrink(const Plane& picture, double scale) {
  const int width = std::max(1, static_cast<int>(std::lround(picture.width() * scale)));
  const int height = std::max(1, static_cast<int>(std::lround(picture.height() * scale)));
  Plane across(width, picture.height()), both(width, height);
  for (int y = 0; y < picture.height(); ++y) {
    shrink_line(picture.row(y), picture.width(), 1, across.row(y), width, 1);
  }
  for (int x = 0; x < width; ++x) {
    shrink_line(across.data() + x, picture.height(), width, both.data() + x, height, width);
  }
  return both;
}

/// Between pixels; 0 outside.
float between(const Plane& plane, double x, double y) {
  const int left = static_cast<int>(std::floor(x)), top = static_cast<int>(std::floor(y));
  const auto value = [&](int column, int row) {
    const bool inside = column >= 0 && row >= 0 && column < plane.width() && row < plane.height();
    return inside ? double(plane.at(column, row)) : 0.0;
  };
  const double right = x - left, down = y - top;
  const double above = (1 - right) * value(left, top) + right * value(left + 1, top);
  const double below = (1 - right) * value(left, top + 1) + right * value(left + 1, top + 1);
  return static_cast<float>((1 - down) * above + down * below);
}

/// Where a kernel's mass is, and how far it spreads.
struct Moments {
  explicit Moments(const Plane& kernel) {
    double sum = 0, squares = 0;
    for (int row = 0; row < kernel.height(); ++row) {
      for (int column = 0; column < kernel.width(); ++column) {
        const double value = double(kernel.at(column, row));
        sum += value;
        x += value * column;
        y += value * row;
        squares += value * (column * column + row * row);
      }
    }
    x /= sum;
    y /= sum;
    variance = squares / sum - x * x - y * y;
  }
  double x = 0, y = 0;
  double variance = 0;  ///< of both directions together
};

void make_sum_one(Plane& kernel) {
  double sum = 0;
  for (const float value : kernel.values()) sum += double(value);
  for (float& value : kernel.values()) value = static_cast<float>(double(value) / sum);
}

/// A kernel at another scale, its centre of mass in the middle.
Plane enlarge(const Plane& kernel, int side) {
  const Moments moments(kernel);
  const double ratio = double(kernel.width()) / side;
  const int middle = side / 2;
  Plane larger(side, side);
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      larger.at(column, row) = between(kernel, moments.x + ratio * (column - middle),
                                       moments.y + ratio * (row - middle));
    }
  }
  make_sum_one(larger);
  return larger;
}

/// Without the empty border, its centre of mass in the middle pixel.
Plane trimmed(const Plane& kernel) {
  const Moments moments(kernel);
  const int x = static_cast<int>(std::lround(moments.x));
  const int y = static_cast<int>(std::lround(moments.y));
  int reach = 1;
  for (int row = 0; row < kernel.height(); ++row) {
    for (int column = 0; column < kernel.width(); ++column) {
      if (kernel.at(column, row) <= 0) continue;
      reach = std::max({reach, std::abs(column - x), std::abs(row - y)});
    }
  }
  Plane small(2 * reach + 1, 2 * reach + 1);
  for (int row = 0; row < small.height(); ++row) {
    for (int column = 0; column < small.width(); ++column) {
      small.at(column, row) = between(kernel, x + column - reach, y + row - reach);
    }
  }
  make_sum_one(small);
  return small;
}

}  // namespace

Plane estimate_kernel(std::span<const Plane> boxes, int side, const std::stop_token& stop) {
  std::vector<int> sides{side};
  while (sides.back() / kRatio >= kSmallest) {
    sides.push_back(static_cast<int>(sides.back() / kRatio / 2) * 2 + 1);
    if (sides.back() == sides[sides.size() - 2]) sides.back() -= 2;
  }
  const int first = sides.back();
  Plane kernel(first, first);
  kernel.at(first / 2, first / 2) = kernel.at(first / 2 + 1, first / 2) = 0.5f;
  float edges = kEdges;
  for (auto at = sides.rbegin(); at != sides.rend() && !stop.stop_requested(); ++at) {
    const double scale = double(*at) / side;
    std::vector<Plane> small;
    for (const Plane& box : boxes) small.push_back(shrink(box, scale));
    kernel = refine_kernel(small, enlarge(kernel, *at), {kRounds, edges, 0}, stop);
    edges = std::max(edges / std::pow(1.1f, static_cast<float>(kRounds)), kLeastEdges);
  }
  return trimmed(kernel);
}

double length_of(const Plane& kernel) { return std::sqrt(12 * Moments(kernel).variance); }

}  // namespace sharpen::engine
