#include "image/png_bands.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>

#include "image/png_chunks.h"

namespace sharpen {
namespace {

constexpr std::size_t kBandBytes = 512 << 10;
constexpr std::uint32_t kMaxRows = 64;

enum Filter : std::uint8_t { none = 0, sub = 1, up = 2, average = 3 };

using Byte = std::uint8_t;

void swap_bytes_of_samples(std::span<std::byte> samples) {
  for (std::size_t i = 0; i + 1 < samples.size(); i += 2) std::swap(samples[i], samples[i + 1]);
}

Byte predicted(Filter filter, unsigned left, unsigned above) {
  switch (filter) {
    case sub:
      return static_cast<Byte>(left);
    case up:
      return static_cast<Byte>(above);
    case average:
      return static_cast<Byte>((left + above) / 2);
    default:
      return 0;
  }
}

template <Filter kFilter>
void filter_row(const Byte* row, const Byte* above, std::size_t row_bytes, std::size_t pixel,
                Byte* filtered) {
  *filtered++ = kFilter;
  // A left neighbour outside of the picture counts as 0; the first row of a band has no `above`.
  for (std::size_t i = 0; i < pixel; ++i)
    filtered[i] = static_cast<Byte>(row[i] - predicted(kFilter, 0, above ? above[i] : 0));
  for (std::size_t i = pixel; i < row_bytes; ++i)
    filtered[i] = static_cast<Byte>(
        row[i] - predicted(kFilter, row[i - pixel], kFilter == sub ? 0 : above[i]));
}

void filter_row(Filter filter, const Byte* row, const Byte* above, const PngBands& bands,
                Byte* filtered) {
  switch (filter) {
    case up:
      return filter_row<up>(row, above, bands.row_bytes, bands.pixel_bytes, filtered);
    case average:
      return filter_row<average>(row, above, bands.row_bytes, bands.pixel_bytes, filtered);
    default:
      return filter_row<sub>(row, above, bands.row_bytes, bands.pixel_bytes, filtered);
  }
}

/// The sum of the filtered bytes taken as signed: the less, the shorter they deflate.
std::uint64_t cost_of(const Byte* filtered, std::size_t bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    sum += static_cast<unsigned>(std::abs(static_cast<std::int8_t>(filtered[i])));
  return sum;
}

/// Tries the filters on every eighth row; `scratch` has room for a filtered row.
Filter best_filter(const PngBands& bands, const Byte* rows, std::size_t count, Byte* scratch) {
  constexpr std::size_t kStep = 8;
  constexpr std::array kFilters = {sub, up, average};
  std::array<std::uint64_t, kFilters.size()> costs = {};
  for (std::size_t y = 1; y < count; y += kStep) {
    const Byte* row = rows + y * bands.row_bytes;
    for (std::size_t i = 0; i < kFilters.size(); ++i) {
      filter_row(kFilters[i], row, row - bands.row_bytes, bands, scratch);
      costs[i] += cost_of(scratch + 1, bands.row_bytes);
    }
  }
  return kFilters[static_cast<std::size_t>(std::ranges::min_element(costs) - costs.begin())];
}

template <Filter kFilter, std::size_t kPixel>
void unfilter_row(const Byte* filtered, const Byte* above, std::size_t row_bytes, Byte* row) {
  std::array<Byte, kPixel> left = {};
  for (std::size_t i = 0; i < row_bytes; i += kPixel)
    for (std::size_t channel = 0; channel < kPixel; ++channel) {
      const Byte over = kFilter == sub ? Byte{0} : above[i + channel];
      left[channel] =
          static_cast<Byte>(filtered[i + channel] + predicted(kFilter, left[channel], over));
      row[i + channel] = left[channel];
    }
}

template <std::size_t kPixel>
bool unfilter_row(Byte filter, const Byte* filtered, const Byte* above, std::size_t row_bytes,
                  Byte* row) {
  switch (filter) {
    case none:
      std::memcpy(row, filtered, row_bytes);
      return true;
    case sub:
      unfilter_row<sub, kPixel>(filtered, above, row_bytes, row);
      return true;
    case up:
      if (above) unfilter_row<up, 1>(filtered, above, row_bytes, row);
      return above != nullptr;
    case average:
      if (above) unfilter_row<average, kPixel>(filtered, above, row_bytes, row);
      return above != nullptr;
    default:
      return false;
  }
}

template <std::size_t kPixel>
bool unfilter_rows(std::span<const std::byte> filtered, std::size_t row_bytes,
                   std::span<std::byte> rows) {
  const Byte* from = reinterpret_cast<const Byte*>(filtered.data());
  const Byte* above = nullptr;
  Byte* row = reinterpret_cast<Byte*>(rows.data());
  for (std::size_t left = rows.size(); left > 0; left -= row_bytes) {
    if (!unfilter_row<kPixel>(from[0], from + 1, above, row_bytes, row)) return false;
    from += row_bytes + 1;
    above = row;
    row += row_bytes;
  }
  return true;
}

}  // namespace

PngBands::PngBands(const PictureInfo& info)
    : row_bytes(info.bytes_per_row()),
      sample_bytes(static_cast<std::size_t>(info.bits / 8)),
      pixel_bytes(sample_bytes * static_cast<std::size_t>(info.channels)),
      height(info.height),
      rows(static_cast<std::uint32_t>(
          std::clamp<std::size_t>(kBandBytes / row_bytes, 1, std::min(kMaxRows, height)))),
      count((height + rows - 1) / rows) {}

std::uint32_t PngBands::rows_of(std::uint32_t band) const {
  return std::min(rows, height - band * rows);
}

std::array<std::byte, PngBands::kZlibEndBytes> zlib_end(std::uint32_t adler) {
  constexpr std::size_t kBlockBytes = 5;
  std::array<std::byte, PngBands::kZlibEndBytes> end = {std::byte{1}, std::byte{0}, std::byte{0},
                                                        std::byte{0xff}, std::byte{0xff}};
  std::ranges::copy(big_endian(adler), end.begin() + kBlockBytes);
  return end;
}

void filter_band(const PngBands& bands, std::span<std::byte> rows, std::span<std::byte> filtered) {
  if (bands.sample_bytes == 2 && std::endian::native == std::endian::little)
    swap_bytes_of_samples(rows);
  const Byte* row = reinterpret_cast<const Byte*>(rows.data());
  Byte* to = reinterpret_cast<Byte*>(filtered.data());
  const std::size_t count = rows.size() / bands.row_bytes;
  const Filter best = best_filter(bands, row, count, to);
  for (std::size_t y = 0; y < count; ++y) {
    filter_row(y == 0 ? sub : best, row, y == 0 ? nullptr : row - bands.row_bytes, bands, to);
    row += bands.row_bytes;
    to += bands.row_bytes + 1;
  }
}

bool unfilter_band(const PngBands& bands, std::span<const std::byte> filtered,
                   std::span<std::byte> rows) {
  const auto unfilter = [&] {
    switch (bands.pixel_bytes) {
      case 1:
        return unfilter_rows<1>(filtered, bands.row_bytes, rows);
      case 2:
        return unfilter_rows<2>(filtered, bands.row_bytes, rows);
      case 3:
        return unfilter_rows<3>(filtered, bands.row_bytes, rows);
      case 4:
        return unfilter_rows<4>(filtered, bands.row_bytes, rows);
      case 6:
        return unfilter_rows<6>(filtered, bands.row_bytes, rows);
      case 8:
        return unfilter_rows<8>(filtered, bands.row_bytes, rows);
      default:
        return false;
    }
  };
  if (!unfilter()) return false;
  if (bands.sample_bytes == 2 && std::endian::native == std::endian::little)
    swap_bytes_of_samples(rows);
  return true;
}

}  // namespace sharpen
