#include "plugin/export/tile_blocks.h"

#include <libgimp/gimp.h>

#include <algorithm>

namespace sharpen {
namespace {

/// Pixels from `at` to the next border of tiles.
int to_border(int at, int tile) { return tile - (at % tile + tile) % tile; }

}  // namespace

int rows_of_slice(int rows, std::size_t row_bytes) {
  const std::size_t most = std::max(slice_bytes / row_bytes, std::size_t{1});
  return static_cast<int>(std::min(most, static_cast<std::size_t>(rows)));
}

TileSize gimp_tiles() {
  return {static_cast<int>(gimp_tile_width()), static_cast<int>(gimp_tile_height())};
}

int rows_of_band(int row, int top, int height, TileSize tiles) {
  return std::min(to_border(top + row, tiles.height), height - row);
}

TileBlocks::TileBlocks(const GeglRectangle& area, std::size_t pixel_bytes, TileSize tiles)
    : area_(area), pixel_bytes_(pixel_bytes), tiles_(tiles) {}

std::optional<GeglRectangle> TileBlocks::next() {
  if (row_ >= area_.height) return {};
  const int rows = rows_of_band(row_, area_.y, area_.height, tiles_);
  const std::size_t tile_bytes = static_cast<std::size_t>(tiles_.width) *
                                 static_cast<std::size_t>(tiles_.height) * pixel_bytes_;
  const int more_tiles = static_cast<int>(std::max(slice_bytes / tile_bytes, std::size_t{1})) - 1;
  const int wanted = to_border(area_.x + column_, tiles_.width) + more_tiles * tiles_.width;
  const int columns = std::min(wanted, area_.width - column_);
  const GeglRectangle block{area_.x + column_, area_.y + row_, columns, rows};
  column_ += columns;
  if (column_ == area_.width) {
    column_ = 0;
    row_ += rows;
  }
  return block;
}

}  // namespace sharpen
