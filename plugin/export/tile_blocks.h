#pragma once

#include <gegl.h>

#include <cstddef>
#include <optional>

namespace sharpen {

/// What is worked on in some milliseconds: windows react in between.
inline constexpr std::size_t slice_bytes = 512 << 10;

/// How many of the `rows` that are left are a slice; `row_bytes` are a row's in the widest format
/// in which it is worked on. At least one.
[[nodiscard]] int rows_of_slice(int rows, std::size_t row_bytes);

/// In pixels.
struct TileSize {
  int width = 0, height = 0;
};
/// That of GIMP, whose wire takes tiles as a whole.
[[nodiscard]] TileSize gimp_tiles();

/// The rows of a picture of `height` from `row` down to the next border of tiles: a band. `top` is
/// where row 0 lies in the buffer.
[[nodiscard]] int rows_of_band(int row, int top, int height, TileSize tiles = gimp_tiles());

/// Goes over an area of a buffer in blocks of whole tiles, band after band, each band from the
/// left. A block has at most slice_bytes, or is one tile. Whoever reads and writes in blocks moves
/// each tile over GIMP's wire once; one that is written in part has to be fetched before.
class TileBlocks {
 public:
  TileBlocks(const GeglRectangle& area, std::size_t pixel_bytes, TileSize tiles = gimp_tiles());
  /// Nothing when all were.
  [[nodiscard]] std::optional<GeglRectangle> next();

 private:
  GeglRectangle area_;
  std::size_t pixel_bytes_;
  TileSize tiles_;
  int column_ = 0, row_ = 0;  ///< of the area, where the next one begins
};

}  // namespace sharpen
