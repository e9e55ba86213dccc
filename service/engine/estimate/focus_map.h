#pragma once

#include <span>
#include <vector>

#include "service/engine/deconvolve/tile.h"

namespace sharpen::engine {

/// One window of the picture and what its spectrum says.
struct FocusCell {
  Box box;
  float radius = -1;  ///< of the defocus in pixels; 0 sharp, negative if it cannot be told
};

/// How far out of focus each part of a picture is.
class FocusMap {
 public:
  FocusMap() = default;
  /// A grid of `columns` cells in each row, evenly spaced.
  FocusMap(std::vector<FocusCell> cells, int columns);

  [[nodiscard]] bool empty() const { return cells_.empty(); }
  [[nodiscard]] std::span<const FocusCell> cells() const { return cells_; }
  [[nodiscard]] std::span<FocusCell> cells() { return cells_; }
  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] int rows() const { return static_cast<int>(cells_.size()) / columns_; }

  /// Takes lone cells for mistakes, and lets cells that cannot be told follow their neighbours if
  /// these agree.
  void settle();
  /// The radius below which the given part of the blurred cells are; 0 if none are blurred.
  [[nodiscard]] double radius_at(double part) const;
  /// Gives all blurred cells one radius.
  void level(double radius);
  /// Takes cells with a radius outside a range for sharp.
  void forget_beyond(double low, double high);
  /// The part of the cells that are blurred.
  [[nodiscard]] double blurred_part() const;

  /// How certainly a pixel is blurred (0 … 1), and by which radius: between the cells' centres.
  struct Blurredness {
    float amount = 0, radius = 0;
  };
  [[nodiscard]] Blurredness at(double x, double y) const;

 private:
  [[nodiscard]] const FocusCell& cell(int column, int row) const;
  std::vector<FocusCell> cells_;
  int columns_ = 0;
};

}  // namespace sharpen::engine
