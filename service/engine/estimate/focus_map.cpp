#include "service/engine/estimate/focus_map.h"

#include <algorithm>
#include <cmath>

namespace sharpen::engine {
namespace {

constexpr double kAlike = 1.5;  ///< the largest ratio of neighbouring radii

}  // namespace

FocusMap::FocusMap(std::vector<FocusCell> cells, int columns)
    : cells_(std::move(cells)), columns_(columns) {}

const FocusCell& FocusMap::cell(int column, int row) const {
  return cells_[std::size_t(std::clamp(row, 0, rows() - 1)) * std::size_t(columns_) +
                std::size_t(std::clamp(column, 0, columns_ - 1))];
}

void FocusMap::settle() {
  for (int round = 0; round < 3; ++round) {
    const FocusMap before = *this;
    for (int row = 0; row < rows(); ++row) {
      for (int column = 0; column < columns_; ++column) {
        std::vector<float> radii;
        int sharp = 0;
        for (int j = row - 1; j <= row + 1; ++j) {
          for (int i = column - 1; i <= column + 1; ++i) {
            if ((i == column && j == row) || i < 0 || j < 0 || i >= columns_ || j >= rows()) {
              continue;
            }
            const float radius = before.cell(i, j).radius;
            if (radius > 0) radii.push_back(radius);
            if (radius == 0) ++sharp;
          }
        }
        FocusCell& here = cells_[std::size_t(row) * std::size_t(columns_) + std::size_t(column)];
        std::ranges::sort(radii);
        const float middle = radii.empty() ? 0 : radii[radii.size() / 2];
        if (here.radius < 0) {
          if (sharp == 0 && radii.size() >= 2) here.radius = middle;
        } else if (here.radius > 0 && round == 0) {
          const bool alike = std::ranges::any_of(radii, [&](float radius) {
            return std::abs(std::log(double(radius / here.radius))) < std::log(kAlike);
          });
          if (!alike) here.radius = sharp > 0 || radii.empty() ? 0 : middle;
        }
      }
    }
  }
}

double FocusMap::radius_at(double part) const {
  std::vector<float> radii;
  for (const FocusCell& cell : cells_) {
    if (cell.radius > 0) radii.push_back(cell.radius);
  }
  if (radii.empty()) return 0;
  std::ranges::sort(radii);
  return double(radii[static_cast<std::size_t>(part * double(radii.size() - 1) + 0.5)]);
}

void FocusMap::level(double radius) {
  for (FocusCell& cell : cells_) {
    if (cell.radius > 0) cell.radius = static_cast<float>(radius);
  }
}

void FocusMap::forget_beyond(double low, double high) {
  for (FocusCell& cell : cells_) {
    const double radius = double(cell.radius);
    if (radius > 0 && (radius < low || radius > high)) cell.radius = 0;
  }
}

double FocusMap::blurred_part() const {
  const auto count = std::ranges::count_if(cells_, [](const auto& c) { return c.radius > 0; });
  return cells_.empty() ? 0 : double(count) / double(cells_.size());
}

FocusMap::Blurredness FocusMap::at(double x, double y) const {
  const Box& first = cells_.front().box;
  const double step_x = columns_ > 1 ? cells_[1].box.x - first.x : 1;
  const double step_y = rows() > 1 ? cells_[std::size_t(columns_)].box.y - first.y : 1;
  const double u = (x - first.x - first.width / 2.0) / step_x;
  const double v = (y - first.y - first.height / 2.0) / step_y;
  const int column = static_cast<int>(std::floor(u)), row = static_cast<int>(std::floor(v));
  const double fx = u - column, fy = v - row;
  double amount = 0, logs = 0;
  for (int j = 0; j < 2; ++j) {
    for (int i = 0; i < 2; ++i) {
      const float radius = cell(column + i, row + j).radius;
      const double weight = (i ? fx : 1 - fx) * (j ? fy : 1 - fy);
      if (radius <= 0) continue;
      amount += weight;
      logs += weight * std::log(double(radius));
    }
  }
  if (amount < 1e-6) return {};
  // A soft threshold keeps the ramp on the blurred side of a border.
  const double sure = std::clamp(2 * amount - 1, 0.0, 1.0);
  return {static_cast<float>(sure), static_cast<float>(std::exp(logs / amount))};
}

}  // namespace sharpen::engine
