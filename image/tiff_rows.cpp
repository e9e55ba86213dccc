#include "image/tiff_rows.h"

#include <algorithm>
#include <cstring>

#include "image/formats.h"

namespace sharpen {
namespace {

/// A strip up to this size is decoded at once, which is faster and checks its Adler-32.
constexpr std::uint64_t kMaxStripBytes = 16 << 20;

}  // namespace

Result<TiffRows> TiffRows::open(std::unique_ptr<TiffFile> file, std::uint16_t plane) {
  TiffRows rows;
  rows.file_ = std::move(file);
  rows.plane_ = plane;
  TIFF* tiff = rows.file_->get();
  rows.row_bytes_ = static_cast<std::size_t>(TIFFScanlineSize64(tiff));
  if (rows.row_bytes_ == 0) return std::unexpected(rows.error());
  if (TIFFIsTiled(tiff)) {
    if (auto done = rows.measure_tiles(); !done) return fail(std::move(done));
  } else {
    rows.measure_strips();
  }
  return rows;
}

Result<void> TiffRows::measure_tiles() {
  TIFF* tiff = file_->get();
  const auto tile_width = file_->field<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
  block_height_ = file_->field<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
  const std::uint64_t tile_bytes = TIFFTileSize64(tiff);
  if (tile_width == 0 || block_height_ == 0 || tile_bytes == 0) return std::unexpected(error());
  if (auto done = check_memory(tile_bytes); !done) return done;
  const auto width = file_->field<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  const std::uint64_t across = (std::uint64_t{width} + tile_width - 1) / tile_width;
  if (auto done = check_memory(tile_bytes * (across + 1)); !done) return done;
  block_row_bytes_ = static_cast<std::size_t>(TIFFTileRowSize64(tiff)) * across;
  if (block_row_bytes_ < row_bytes_) return std::unexpected(error());
  block_.resize(tile_bytes * across);
  tile_.resize(tile_bytes);
  return {};
}

void TiffRows::measure_strips() {
  const auto height = file_->field<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  const auto rows = std::min(height, file_->field<std::uint32_t>(TIFFTAG_ROWSPERSTRIP, height));
  block_row_bytes_ = row_bytes_;
  if (rows > 0 && std::uint64_t{rows} * row_bytes_ <= kMaxStripBytes) block_height_ = rows;
  block_.resize(std::max<std::size_t>(1, block_height_) * row_bytes_);
}

Error TiffRows::error() const { return damaged(FileFormat::tiff, file_->message()); }

Result<std::span<const std::byte>> TiffRows::next() {
  if (block_height_ == 0) {
    if (auto done = next(block_.data()); !done) return fail(std::move(done));
    return block_;
  }
  const std::uint32_t y_in_block = y_ % block_height_;
  if (y_in_block == 0) {
    if (auto done = read_block(); !done) return fail(std::move(done));
  }
  ++y_;
  return std::span(block_).subspan(y_in_block * block_row_bytes_, row_bytes_);
}

Result<void> TiffRows::next(std::byte* row) {
  if (block_height_ > 0) {
    const auto from_block = next();
    if (!from_block) return std::unexpected(from_block.error());
    std::ranges::copy(*from_block, row);
    return {};
  }
  if (TIFFReadScanline(file_->get(), row, y_, plane_) != 1 || file_->damaged())
    return std::unexpected(error());
  ++y_;
  return {};
}

Result<void> TiffRows::read_block() {
  const bool done = tile_.empty() ? read_strip() : read_tiles();
  if (!done || file_->damaged()) return std::unexpected(error());
  return {};
}

bool TiffRows::read_strip() {
  const auto height = file_->field<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  const auto bytes = static_cast<tmsize_t>(std::min(block_height_, height - y_) * block_row_bytes_);
  const auto strip = TIFFComputeStrip(file_->get(), y_, plane_);
  return TIFFReadEncodedStrip(file_->get(), strip, block_.data(), bytes) == bytes;
}

bool TiffRows::read_tiles() {
  TIFF* tiff = file_->get();
  const auto tile_width = file_->field<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
  const std::size_t tile_row_bytes = tile_.size() / block_height_;
  const std::size_t across = block_row_bytes_ / tile_row_bytes;
  const auto bytes = static_cast<tmsize_t>(tile_.size());
  for (std::size_t i = 0; i < across; ++i) {
    const auto x = static_cast<std::uint32_t>(i * tile_width);
    const auto tile = TIFFComputeTile(tiff, x, y_, 0, plane_);
    if (TIFFReadEncodedTile(tiff, tile, tile_.data(), bytes) != bytes) return false;
    for (std::uint32_t y = 0; y < block_height_; ++y)
      std::memcpy(block_.data() + y * block_row_bytes_ + i * tile_row_bytes,
                  tile_.data() + y * tile_row_bytes, tile_row_bytes);
  }
  return true;
}

}  // namespace sharpen
