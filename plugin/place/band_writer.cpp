#include "plugin/place/band_writer.h"

#include <algorithm>
#include <utility>

#include "plugin/export/tile_blocks.h"

namespace sharpen {

BandWriter::BandWriter(Destination to, const Babl* format, int width, int height)
    : to_(std::move(to)),
      format_(format),
      pixel_bytes_(static_cast<std::size_t>(babl_format_get_bytes_per_pixel(format))),
      width_(width),
      height_(height) {}

Result<void> BandWriter::write(std::span<const std::byte> rows) {
  while (!rows.empty() && row_ < height_) {
    const int band_rows = rows_of_band(row_, to_.y, height_);
    const std::size_t band_bytes =
        static_cast<std::size_t>(band_rows) * static_cast<std::size_t>(width_) * pixel_bytes_;
    band_.reserve(band_bytes);
    const auto taken = rows.first(std::min(rows.size(), band_bytes - band_.size()));
    band_.insert(band_.end(), taken.begin(), taken.end());
    rows = rows.subspan(taken.size());
    if (band_.size() < band_bytes) return {};
    if (auto written = write_band(band_rows); !written) return written;
    band_.clear();
    row_ += band_rows;
  }
  return {};
}

Result<void> BandWriter::write_band(int rows) {
  const int row_bytes = width_ * static_cast<int>(pixel_bytes_);
  TileBlocks blocks({to_.x, to_.y + row_, width_, rows}, pixel_bytes_);
  while (const auto block = blocks.next()) {
    if (to_.ready)
      if (auto ready = to_.ready(); !ready) return ready;
    const auto left = static_cast<std::size_t>(block->x - to_.x);
    gegl_buffer_set(to_.buffer, &*block, 0, format_, band_.data() + left * pixel_bytes_, row_bytes);
  }
  return {};
}

}  // namespace sharpen
