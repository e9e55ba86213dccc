#include "image/tiff_rows.h"

#include <cstring>

#include "image/formats.h"

namespace sharpen {

Result<TiffRows> TiffRows::open(std::unique_ptr<TiffFile> file, std::uint16_t plane) {
  TiffRows rows;
  rows.file_ = std::move(file);
  rows.plane_ = plane;
  TIFF* tiff = rows.file_->get();
  rows.row_bytes_ = static_cast<std::size_t>(TIFFScanlineSize64(tiff));
  if (rows.row_bytes_ == 0) return std::unexpected(rows.error());
  rows.buffer_row_bytes_ = rows.row_bytes_;
  std::uint64_t buffer_bytes = rows.row_bytes_;
  std::uint64_t tile_bytes = 0;
  if (TIFFIsTiled(tiff)) {
    const auto tile_width = rows.file_->field<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
    rows.tile_height_ = rows.file_->field<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
    tile_bytes = TIFFTileSize64(tiff);
    if (tile_width == 0 || rows.tile_height_ == 0 || tile_bytes == 0)
      return std::unexpected(rows.error());
    const auto width = rows.file_->field<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
    const std::uint64_t across = (std::uint64_t{width} + tile_width - 1) / tile_width;
    if (auto done = check_memory(tile_bytes); !done) return fail(std::move(done));
    buffer_bytes = tile_bytes * across;
    rows.buffer_row_bytes_ = static_cast<std::size_t>(TIFFTileRowSize64(tiff)) * across;
    if (rows.buffer_row_bytes_ < rows.row_bytes_) return std::unexpected(rows.error());
  }
  if (auto done = check_memory(buffer_bytes + tile_bytes); !done) return fail(std::move(done));
  rows.buffer_.resize(buffer_bytes);
  rows.tile_.resize(tile_bytes);
  return rows;
}

Error TiffRows::error() const { return damaged(FileFormat::tiff, file_->message()); }

Result<std::span<const std::byte>> TiffRows::next() {
  if (tile_height_ == 0) {
    if (auto done = next(buffer_.data()); !done) return fail(std::move(done));
    return buffer_;
  }
  const std::uint32_t y_in_tile = y_ % tile_height_;
  if (y_in_tile == 0) {
    if (auto done = read_tiles(); !done) return fail(std::move(done));
  }
  ++y_;
  return std::span(buffer_).subspan(y_in_tile * buffer_row_bytes_, row_bytes_);
}

Result<void> TiffRows::next(std::byte* row) {
  if (tile_height_ != 0) {
    const auto tiled = next();
    if (!tiled) return std::unexpected(tiled.error());
    std::memcpy(row, tiled->data(), row_bytes_);
    return {};
  }
  if (TIFFReadScanline(file_->get(), row, y_, plane_) != 1 || file_->damaged())
    return std::unexpected(error());
  ++y_;
  return {};
}

Result<void> TiffRows::read_tiles() {
  TIFF* tiff = file_->get();
  const auto tile_row_bytes = static_cast<std::size_t>(TIFFTileRowSize64(tiff));
  const auto tile_width = file_->field<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
  const std::size_t across = buffer_row_bytes_ / tile_row_bytes;
  for (std::size_t i = 0; i < across; ++i) {
    const auto tile =
        TIFFComputeTile(tiff, static_cast<std::uint32_t>(i * tile_width), y_, 0, plane_);
    const auto bytes = static_cast<tmsize_t>(tile_.size());
    if (TIFFReadEncodedTile(tiff, tile, tile_.data(), bytes) != bytes || file_->damaged())
      return std::unexpected(error());
    for (std::uint32_t y = 0; y < tile_height_; ++y)
      std::memcpy(buffer_.data() + y * buffer_row_bytes_ + i * tile_row_bytes,
                  tile_.data() + y * tile_row_bytes, tile_row_bytes);
  }
  return {};
}

}  // namespace sharpen
