#include "plugin/export/alpha_fill.h"

#include <algorithm>
#include <cstring>

namespace sharpen {
namespace {

constexpr int near_pixels = 32;  // around a block, searched to the pixel
constexpr int block_columns = 512;
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

std::vector<std::byte> read_wire_alpha(GeglBuffer* buffer, const GeglRectangle& area,
                                       const TransferFormat& format) {
  const auto pixels = static_cast<std::size_t>(area.width) * static_cast<std::size_t>(area.height);
  std::vector<std::byte> native(pixels * format.native_bytes());
  gegl_buffer_get(buffer, &area, 1.0, format.native, native.data(), GEGL_AUTO_ROWSTRIDE,
                  GEGL_ABYSS_CLAMP);
  std::vector<std::byte> wire(pixels * format.wire_alpha_bytes());
  convert(babl_fish(format.plain_native, format.plain_wire_alpha), native, wire, pixels);
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

AlphaFill::AlphaFill(GeglBuffer* buffer, Rectangle box, const TransferFormat& format,
                     TileSize tiles)
    : buffer_(buffer),
      box_(box),
      format_(format),
      to_look_at_({box.x, box.y, box.width, box.height}, format.native_bytes(), tiles) {
  const double scale = std::min(1.0, double(small_side_pixels) / std::max(box.width, box.height));
  small_width_ = std::max(1, static_cast<int>(box.width * scale));
  small_height_ = std::max(1, static_cast<int>(box.height * scale));
  small_.resize(static_cast<std::size_t>(small_width_) * static_cast<std::size_t>(small_height_) *
                format.wire_alpha_bytes());
}

bool AlphaFill::has_work(std::span<const std::byte> wire_alpha_rows) const {
  const std::size_t step = format_.wire_alpha_bytes();
  for (std::size_t at = 0; at < wire_alpha_rows.size(); at += step)
    if (is_transparent(wire_alpha_rows.data() + at, format_)) return true;
  return false;
}

std::size_t AlphaFill::cell_of(int x, int y) const {
  const auto column = static_cast<std::size_t>(std::int64_t{x} * small_width_ / box_.width);
  const auto row = static_cast<std::size_t>(std::int64_t{y} * small_height_ / box_.height);
  return (row * static_cast<std::size_t>(small_width_) + column) * format_.wire_alpha_bytes();
}

bool AlphaFill::look() {
  const auto block = to_look_at_.next();
  if (!block) {
    spread();
    return true;
  }
  const auto pixels = read_wire_alpha(buffer_, *block, format_);
  const std::size_t step = format_.wire_alpha_bytes();
  const std::byte* pixel = pixels.data();
  for (int y = block->y - box_.y; y < block->y - box_.y + block->height; ++y)
    for (int x = block->x - box_.x; x < block->x - box_.x + block->width; ++x, pixel += step) {
      std::byte* best = small_.data() + cell_of(x, y);
      if (alpha_of(pixel, format_) > alpha_of(best, format_)) std::memcpy(best, pixel, step);
    }
  return false;
}

/// Gives cells of which nothing shows the colour of their nearest one.
void AlphaFill::spread() {
  const std::size_t step = format_.wire_alpha_bytes();
  std::vector<std::uint8_t> known(small_.size() / step);
  for (std::size_t i = 0; i < known.size(); ++i)
    known[i] = !is_transparent(small_.data() + i * step, format_);
  shows_ = std::ranges::contains(known, 1);
  const auto nearest = nearest_known(small_width_, small_height_, known);
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (nearest[i] < 0 || known[i]) continue;
    std::memcpy(small_.data() + i * step,
                small_.data() + static_cast<std::size_t>(nearest[i]) * step, step);
  }
}

int AlphaFill::blocks() const { return (box_.width + block_columns - 1) / block_columns; }

void AlphaFill::fill(int block, int y, int rows, std::span<const std::byte> wire_alpha_rows,
                     std::span<std::byte> wire) const {
  const std::size_t colour_bytes = format_.wire_bytes();
  const std::size_t step = format_.wire_alpha_bytes();
  const int first = block * block_columns;
  const int end = std::min(first + block_columns, box_.width);
  const int left = std::max(0, first - near_pixels);
  const int right = std::min(box_.width, end + near_pixels);
  const int top = std::max(0, y - near_pixels);
  const int bottom = std::min(box_.height, y + rows + near_pixels);
  const auto width = static_cast<std::size_t>(right - left);

  const auto index_in_band = [&](int x, int row) {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(box_.width) +
           static_cast<std::size_t>(x);
  };
  const auto row_has_work = [&](int row) {
    return has_work(wire_alpha_rows.subspan(index_in_band(first, row) * step,
                                            static_cast<std::size_t>(end - first) * step));
  };
  int row = 0;
  while (row < rows && !row_has_work(row)) ++row;
  if (row == rows) return;

  const auto pixels =
      read_wire_alpha(buffer_, {box_.x + left, box_.y + top, right - left, bottom - top}, format_);
  std::vector<std::uint8_t> known(pixels.size() / step);
  for (std::size_t i = 0; i < known.size(); ++i)
    known[i] = !is_transparent(pixels.data() + i * step, format_);
  const auto nearest = nearest_known(right - left, bottom - top, known);

  for (; row < rows; ++row)
    for (int x = first; x < end; ++x) {
      const std::size_t here =
          static_cast<std::size_t>(y + row - top) * width + static_cast<std::size_t>(x - left);
      if (known[here]) continue;
      const std::int32_t from = nearest[here];
      const std::byte* colour = from < 0 ? small_.data() + cell_of(x, y + row)
                                         : pixels.data() + static_cast<std::size_t>(from) * step;
      if (is_transparent(colour, format_)) continue;
      std::memcpy(wire.data() + index_in_band(x, row) * colour_bytes, colour, colour_bytes);
    }
}

}  // namespace sharpen
