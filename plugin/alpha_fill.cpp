#include "plugin/alpha_fill.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace sharpen {
namespace {

constexpr int near_rows = 32;  // above and below a band, searched to the pixel
constexpr int rows_at_once = 16;
constexpr int small_side_pixels = 256;  // of the small copy

struct Offset {
  std::int32_t x = unknown, y = unknown;
  static constexpr std::int32_t unknown = 1 << 20;
  [[nodiscard]] std::int64_t square() const { return std::int64_t{x} * x + std::int64_t{y} * y; }
};

void improve(Offset& here, const Offset& neighbour, int dx, int dy) {
  if (neighbour.x == Offset::unknown) return;
  const Offset candidate{neighbour.x + dx, neighbour.y + dy};
  if (here.x == Offset::unknown || candidate.square() < here.square()) here = candidate;
}

void sweep_row(std::span<Offset> row, std::span<const Offset> before, int dy) {
  const int width = static_cast<int>(row.size());
  const auto at = [](std::span<const Offset> cells, int x) -> const Offset& {
    return cells[static_cast<std::size_t>(x)];
  };
  if (!before.empty())
    for (int x = 0; x < width; ++x) {
      Offset& here = row[static_cast<std::size_t>(x)];
      improve(here, at(before, x), 0, dy);
      if (x > 0) improve(here, at(before, x - 1), -1, dy);
      if (x + 1 < width) improve(here, at(before, x + 1), 1, dy);
    }
  for (int x = 1; x < width; ++x) improve(row[static_cast<std::size_t>(x)], at(row, x - 1), -1, 0);
  for (int x = width - 2; x >= 0; --x)
    improve(row[static_cast<std::size_t>(x)], at(row, x + 1), 1, 0);
}

}  // namespace

std::vector<std::byte> read_wire_alpha(GeglBuffer* buffer, const GeglRectangle& area, double scale,
                                       const TravelFormat& format) {
  const auto width = static_cast<std::size_t>(area.width);
  std::vector<std::byte> wire(width * static_cast<std::size_t>(area.height) *
                              format.wire_alpha_bytes());
  std::vector<std::byte> native;
  for (int row = 0; row < area.height; row += rows_at_once) {
    const GeglRectangle part{area.x, area.y + row, area.width,
                             std::min(rows_at_once, area.height - row)};
    const std::size_t pixels = width * static_cast<std::size_t>(part.height);
    native.resize(pixels * format.native_bytes());
    gegl_buffer_get(buffer, &part, scale, format.native, native.data(), GEGL_AUTO_ROWSTRIDE,
                    GEGL_ABYSS_CLAMP);
    const auto done = static_cast<std::size_t>(row) * width * format.wire_alpha_bytes();
    convert(babl_fish(format.plain_native, format.plain_wire_alpha), native,
            std::span(wire).subspan(done, pixels * format.wire_alpha_bytes()), pixels);
  }
  return wire;
}

std::vector<std::int32_t> nearest_known(int width, int height,
                                        std::span<const std::uint8_t> known) {
  const auto row_length = static_cast<std::size_t>(width);
  std::vector<Offset> offsets(known.size());
  for (std::size_t i = 0; i < known.size(); ++i)
    if (known[i]) offsets[i] = {0, 0};
  const auto row = [&](int y) {
    return std::span(offsets).subspan(static_cast<std::size_t>(y) * row_length, row_length);
  };
  for (int y = 0; y < height; ++y) sweep_row(row(y), y > 0 ? row(y - 1) : std::span<Offset>(), -1);
  for (int y = height - 2; y >= 0; --y) sweep_row(row(y), row(y + 1), 1);

  std::vector<std::int32_t> nearest(known.size());
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    const Offset& offset = offsets[i];
    nearest[i] = offset.x == Offset::unknown
                     ? -1
                     : static_cast<std::int32_t>(i) + offset.y * width + offset.x;
  }
  return nearest;
}

AlphaFill::AlphaFill(GeglBuffer* buffer, Box box, const TravelFormat& format)
    : buffer_(buffer), box_(box), format_(format) {
  scale_ = std::min(1.0, double(small_side_pixels) / std::max(box.width, box.height));
  const GeglRectangle area{static_cast<int>(std::floor(box.x * scale_)),
                           static_cast<int>(std::floor(box.y * scale_)),
                           std::max(1, static_cast<int>(box.width * scale_)),
                           std::max(1, static_cast<int>(box.height * scale_))};
  small_width_ = area.width;
  small_height_ = area.height;
  const auto cells = static_cast<std::size_t>(area.width) * static_cast<std::size_t>(area.height);
  const std::size_t pixel_bytes = format.wire_bytes();
  const std::size_t step = format.wire_alpha_bytes();
  const auto pixels = read_wire_alpha(buffer, area, scale_, format);

  // GEGL scales colour and alpha apart, so only cells that are opaque all over have a true colour.
  std::vector<std::uint8_t> known(cells);
  for (std::size_t i = 0; i < cells; ++i) {
    const auto* alpha = pixels.data() + i * step + pixel_bytes;
    known[i] = std::all_of(alpha, alpha + format.bits / 8,
                           [](std::byte part) { return part == std::byte{0xff}; });
  }
  if (std::ranges::find(known, 1) == known.end())
    for (std::size_t i = 0; i < cells; ++i)
      known[i] = !is_transparent(pixels.data() + i * step, format_);
  const auto nearest = nearest_known(small_width_, small_height_, known);
  small_.resize(cells * pixel_bytes);
  for (std::size_t i = 0; i < cells; ++i) {
    const std::size_t from = nearest[i] < 0 ? i : static_cast<std::size_t>(nearest[i]);
    std::memcpy(small_.data() + i * pixel_bytes, pixels.data() + from * step, pixel_bytes);
  }
}

void AlphaFill::fill_from_afar(int x, int y, std::byte* pixel) const {
  const auto column = std::clamp(static_cast<int>(x * scale_), 0, small_width_ - 1);
  const auto row = std::clamp(static_cast<int>(y * scale_), 0, small_height_ - 1);
  const std::size_t bytes = format_.wire_bytes();
  const auto cell = static_cast<std::size_t>(row) * static_cast<std::size_t>(small_width_) +
                    static_cast<std::size_t>(column);
  std::memcpy(pixel, small_.data() + cell * bytes, bytes);
}

void AlphaFill::fill(int y, int rows, std::span<const std::byte> wire_alpha_rows,
                     std::span<std::byte> wire) const {
  const std::size_t pixel_bytes = format_.wire_bytes();
  const std::size_t step = format_.wire_alpha_bytes();
  const auto transparent_in = [&](std::span<const std::byte> pixels, std::size_t index) {
    return is_transparent(pixels.data() + index * step, format_);
  };
  const std::size_t count = wire_alpha_rows.size() / step;
  std::size_t first = 0;
  while (first < count && !transparent_in(wire_alpha_rows, first)) ++first;
  if (first == count) return;

  const int top = std::max(0, y - near_rows);
  const int bottom = std::min(box_.height, y + rows + near_rows);
  const GeglRectangle around{box_.x, box_.y + top, box_.width, bottom - top};
  const auto row_length = static_cast<std::size_t>(box_.width);
  const std::size_t cells = row_length * static_cast<std::size_t>(around.height);
  const auto pixels = read_wire_alpha(buffer_, around, 1, format_);
  std::vector<std::uint8_t> known(cells);
  for (std::size_t i = 0; i < cells; ++i) known[i] = !transparent_in(pixels, i);
  const auto nearest = nearest_known(box_.width, around.height, known);

  const std::size_t skipped = static_cast<std::size_t>(y - top) * row_length;
  for (std::size_t i = first; i < count; ++i) {
    if (!transparent_in(wire_alpha_rows, i)) continue;
    std::byte* pixel = wire.data() + i * pixel_bytes;
    if (const std::int32_t from = nearest[skipped + i]; from >= 0)
      std::memcpy(pixel, pixels.data() + static_cast<std::size_t>(from) * step, pixel_bytes);
    else
      fill_from_afar(static_cast<int>(i % row_length), y + static_cast<int>(i / row_length), pixel);
  }
}

}  // namespace sharpen
