#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "image/picture.h"

namespace sharpen {

/// How the PNGs that we write are cut, so that bands can be written and read in parallel: an IDAT
/// with the zlib header alone, one IDAT for each band, and one with an empty last block and the
/// Adler-32. A band's first row never refers to the row above it.
struct PngBands {
  explicit PngBands(const PictureInfo& info);

  /// Rows of band `i`, counted from 0.
  [[nodiscard]] std::uint32_t rows_of(std::uint32_t band) const;
  /// Bytes of the rows with the filter byte before each.
  [[nodiscard]] std::size_t filtered_bytes(std::uint32_t rows) const {
    return rows * (row_bytes + 1);
  }

  std::size_t row_bytes;
  std::size_t sample_bytes;
  std::size_t pixel_bytes;
  std::uint32_t height;
  std::uint32_t rows;   ///< of every band but the last
  std::uint32_t count;  ///< of bands

  /// RFC 1950, 2.2: deflate, a window of 32 KB, "fastest", and its check bits.
  static constexpr std::array kZlibHeader = {std::byte{0x78}, std::byte{0x01}};
  static constexpr std::size_t kZlibEndBytes = 9;
};

/// An empty stored block that is the last (RFC 1951, 3.2.4), and the Adler-32 of all bands.
[[nodiscard]] std::array<std::byte, PngBands::kZlibEndBytes> zlib_end(std::uint32_t adler);

/// Filters whole rows (PNG 1.2, chapter 6) with the one of Sub, Up and Average that leaves least.
/// `filtered` has filtered_bytes() of them. Samples of 16 bits are turned to PNG's byte order in
/// `rows`.
void filter_band(const PngBands& bands, std::span<std::byte> rows, std::span<std::byte> filtered);

/// The reverse. Returns false for what filter_band() does not make, for example Paeth.
[[nodiscard]] bool unfilter_band(const PngBands& bands, std::span<const std::byte> filtered,
                                 std::span<std::byte> rows);

}  // namespace sharpen
