#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace sharpen {

/// The file formats that the services take and return.
enum class FileFormat { png, jpeg, tiff };

/// The wire word ("png", "jpeg", "tiff"), which is also the file name's extension.
[[nodiscard]] std::string_view name_of(FileFormat format);
/// The media type, for example "image/png".
[[nodiscard]] std::string_view media_type_of(FileFormat format);
/// The format that a file's first bytes announce (12 bytes are enough); never its name.
[[nodiscard]] std::optional<FileFormat> sniff(std::span<const std::byte> first_bytes);
/// The name of a well-known format that is not read here ("WebP"), or empty.
[[nodiscard]] std::string_view name_of_other_format(std::span<const std::byte> first_bytes);

/// What a picture is, apart from its pixels.
struct PictureInfo {
  std::uint32_t width = 0;                  ///< pixels
  std::uint32_t height = 0;                 ///< pixels
  int channels = 3;                         ///< 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha
  int bits = 8;                             ///< of a sample: 8 or 16
  std::vector<std::byte> icc_profile = {};  ///< as embedded; empty if none
  bool lost_profile = false;                ///< one is embedded, but cannot be unpacked
  /// The luminance quantisation table in natural (row by row) order, if the file is a JPEG.
  std::optional<std::array<std::uint16_t, 64>> jpeg_luma_table = {};

  [[nodiscard]] std::size_t bytes_per_row() const {
    return std::size_t{width} * static_cast<std::size_t>(channels) *
           static_cast<std::size_t>(bits / 8);
  }
  [[nodiscard]] double megapixels() const { return double(width) * double(height) / 1e6; }
};

/// Reads a picture from top to bottom. 16-bit samples are in the machine's byte order.
class PictureReader {
 public:
  virtual ~PictureReader() = default;
  [[nodiscard]] virtual const PictureInfo& info() const = 0;
  /// Reads the next rows: as many as fit whole into `rows`, whose size is a multiple of
  /// bytes_per_row(), no more than are left. Returns how many. Errors: bad_picture, io.
  [[nodiscard]] virtual Result<std::uint32_t> read(std::span<std::byte> rows) = 0;
};

/// Writes a picture from top to bottom.
class PictureWriter {
 public:
  virtual ~PictureWriter() = default;
  [[nodiscard]] virtual const PictureInfo& info() const = 0;
  /// Appends whole rows. Errors: io.
  [[nodiscard]] virtual Result<void> write(std::span<const std::byte> rows) = 0;
  /// Ends the file; an error if rows are missing. The file is complete only after this.
  [[nodiscard]] virtual Result<void> finish() = 0;
};

/// What a reader accepts; a header above a limit is refused before anything is allocated.
struct PictureLimits {
  std::uint32_t max_side = 32000;
  std::uint64_t max_pixels = 512'000'000;
  std::size_t max_icc_bytes = 8u << 20;
};

/// Opens a PNG, JPEG or TIFF by its first bytes. Palettes and samples of 1, 2 or 4 bits are widened
/// to what PictureInfo can say; CMYK and float samples are refused. Pixels come as they are stored:
/// an EXIF orientation is neither applied nor reported. Rows are decoded as they are asked for, but
/// an interlaced PNG and the coefficients of a progressive JPEG (two bytes a sample) have to be
/// held whole, up to 1 GiB. Errors: bad_picture, too_large, io.
[[nodiscard]] Result<std::unique_ptr<PictureReader>> open_picture(const std::filesystem::path& file,
                                                                  const PictureLimits& limits = {});

struct WriteOptions {
  int png_level = 1;      ///< deflate level, 0 stored … 9 smallest
  int jpeg_quality = 95;  ///< 1 … 100, always 4:4:4
  unsigned threads = 0;   ///< for PNG bands; 0 = as many as the machine has cores, up to four
};

/// Creates (or replaces) a file, which stays incomplete if finish() is not reached. Pixels and the
/// profile are written, no other metadata ever. JPEG takes 1 or 3 channels of 8 bits. Errors:
/// bad_argument, io.
[[nodiscard]] Result<std::unique_ptr<PictureWriter>> create_picture(
    const std::filesystem::path& file, FileFormat format, const PictureInfo& info,
    const WriteOptions& options = {});

}  // namespace sharpen
