#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "image/tiff_file.h"

namespace sharpen {

/// The rows of one plane of a TIFF (all samples if they are not stored apart), from top to bottom,
/// as they are stored: packed samples of any depth. Strips and tiles look alike from here.
class TiffRows {
 public:
  /// Takes a file of its own, because a plane's strips are decoded in their order.
  [[nodiscard]] static Result<TiffRows> open(std::unique_ptr<TiffFile> file, std::uint16_t plane);

  [[nodiscard]] std::size_t bytes_per_row() const { return row_bytes_; }
  /// The next row; valid until the following call. Errors: bad_picture.
  [[nodiscard]] Result<std::span<const std::byte>> next();
  /// next() straight into the caller's memory of bytes_per_row(). Errors: bad_picture.
  [[nodiscard]] Result<void> next(std::byte* row);

 private:
  [[nodiscard]] Result<void> measure_tiles();
  void measure_strips();
  [[nodiscard]] Result<void> read_block();
  [[nodiscard]] bool read_strip();
  [[nodiscard]] bool read_tiles();
  [[nodiscard]] Error error() const;

  std::unique_ptr<TiffFile> file_;
  std::uint16_t plane_ = 0;
  std::uint32_t y_ = 0;
  std::size_t row_bytes_ = 0;
  std::vector<std::byte> block_;    ///< a strip, or the tiles next to each other
  std::uint32_t block_height_ = 0;  ///< 0 for strips so large that they are read by rows
  std::size_t block_row_bytes_ = 0;
  std::vector<std::byte> tile_;
};

}  // namespace sharpen
