#pragma once

#include <libgimp/gimp.h>

#include <cstdint>
#include <span>
#include <vector>

#include "plugin/formats.h"
#include "ui/host.h"

namespace sharpen {

/// For each cell of a grid, the index of a nearest cell whose `known` is not 0; -1 everywhere if
/// there is none. Distances are Euclidean, found by two sweeps (Danielsson 1980).
[[nodiscard]] std::vector<std::int32_t> nearest_known(int width, int height,
                                                      std::span<const std::uint8_t> known);

/// Pixels of a buffer in TravelFormat::plain_wire_alpha; `area` is in scaled pixels.
[[nodiscard]] std::vector<std::byte> read_wire_alpha(GeglBuffer* buffer, const GeglRectangle& area,
                                                     double scale, const TravelFormat& format);

/// Gives the fully transparent pixels of a layer the colour of their nearest opaque neighbour, so
/// that no dark or bright fringe is sharpened into an edge. Works band by band: near an edge to the
/// pixel, farther away with the colours of a small copy of the whole.
class AlphaFill {
 public:
  /// `box` is what is sent, in pixels of the buffer. Reads the buffer once, scaled down.
  AlphaFill(GeglBuffer* buffer, Box box, const TravelFormat& format);

  /// Fills pixels of `wire`, the opaque rows `y` … `y + rows` of the box. Reads the buffer only if
  /// one of them is transparent in `wire_alpha_rows`.
  void fill(int y, int rows, std::span<const std::byte> wire_alpha_rows,
            std::span<std::byte> wire) const;

 private:
  void fill_from_afar(int x, int y, std::byte* pixel) const;

  GeglBuffer* buffer_;
  Box box_;
  TravelFormat format_;
  double scale_ = 1;
  int small_width_ = 0, small_height_ = 0;
  std::vector<std::byte> small_;  ///< wire pixels
};

}  // namespace sharpen
