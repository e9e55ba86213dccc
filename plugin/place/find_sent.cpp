#include "plugin/place/find_sent.h"

#include <algorithm>
#include <functional>
#include <set>
#include <span>
#include <vector>

#include "plugin/export/tile_blocks.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/layer_tree.h"
#include "plugin/place/layer_import.h"

namespace sharpen {
namespace {

struct Size {
  int width = 0, height = 0;
  [[nodiscard]] bool fits_into(Size other) const {
    return width <= other.width && height <= other.height;
  }
};

/// A picture's rows in bands, from the top.
using ReadRows = std::function<Result<void>(const UseRows& use)>;
struct Rows {
  Size size;
  ReadRows read;
};

/// A row of the smaller picture, and the places in the larger one that it allows.
struct Probe {
  int row = 0;
  std::vector<std::byte> pixels;
  /// How many of the pixels up to each one are also the row's first ones: the table of Knuth,
  /// Morris and Pratt, without which a row with much of one colour would take minutes.
  std::vector<std::size_t> repeats;
  std::set<Place> places;
};

constexpr int probes = 5;
constexpr std::size_t max_places = 10'000;  ///< a row of one colour lies everywhere

bool same_pixel(std::span<const std::byte> row, std::size_t x, std::span<const std::byte> other,
                std::size_t other_x, std::size_t pixel_bytes) {
  return std::ranges::equal(row.subspan(x * pixel_bytes, pixel_bytes),
                            other.subspan(other_x * pixel_bytes, pixel_bytes));
}

std::vector<std::size_t> repeats_of(std::span<const std::byte> pixels, std::size_t pixel_bytes) {
  std::vector<std::size_t> repeats(pixels.size() / pixel_bytes);
  for (std::size_t x = 1, same = 0; x < repeats.size(); ++x) {
    while (same > 0 && !same_pixel(pixels, x, pixels, same, pixel_bytes)) same = repeats[same - 1];
    if (same_pixel(pixels, x, pixels, same, pixel_bytes)) ++same;
    repeats[x] = same;
  }
  return repeats;
}

/// Calls `use(row, y)` for each row.
template <class Use>
Result<void> for_each_row(const Rows& picture, std::size_t pixel_bytes, Use use) {
  const std::size_t bytes = static_cast<std::size_t>(picture.size.width) * pixel_bytes;
  return picture.read([&](std::span<const std::byte> rows, int first, int count) -> Result<void> {
    for (int row = 0; row < count; ++row)
      use(rows.subspan(static_cast<std::size_t>(row) * bytes, bytes), first + row);
    return {};
  });
}

std::vector<Probe> probes_of(const Rows& smaller, std::size_t pixel_bytes) {
  std::vector<Probe> all(probes);
  for (int i = 0; i < probes; ++i)
    all[static_cast<std::size_t>(i)].row = (smaller.size.height - 1) * i / (probes - 1);
  const auto read = for_each_row(smaller, pixel_bytes, [&](std::span<const std::byte> row, int y) {
    for (Probe& probe : all)
      if (probe.row == y) probe.pixels.assign(row.begin(), row.end());
  });
  if (!read) return {};
  for (Probe& probe : all) probe.repeats = repeats_of(probe.pixels, pixel_bytes);
  return all;
}

/// Notes where the probe's pixels are in row `y` of the larger picture.
void look_in(std::span<const std::byte> row, int y, std::size_t pixel_bytes, int last_top,
             Probe& probe) {
  const int top = y - probe.row;
  if (top < 0 || top > last_top) return;
  const std::size_t width = row.size() / pixel_bytes, wanted = probe.repeats.size();
  for (std::size_t x = 0, same = 0; x < width && probe.places.size() <= max_places; ++x) {
    while (same > 0 && !same_pixel(row, x, probe.pixels, same, pixel_bytes))
      same = probe.repeats[same - 1];
    if (same_pixel(row, x, probe.pixels, same, pixel_bytes)) ++same;
    if (same < wanted) continue;
    probe.places.insert({static_cast<int>(x + 1 - wanted), top});
    same = probe.repeats[same - 1];
  }
}

std::optional<Place> find(const Rows& smaller, const Rows& larger, std::size_t pixel_bytes) {
  auto all = probes_of(smaller, pixel_bytes);
  const int last_top = larger.size.height - smaller.size.height;
  const auto read = for_each_row(larger, pixel_bytes, [&](std::span<const std::byte> row, int y) {
    for (Probe& probe : all) look_in(row, y, pixel_bytes, last_top, probe);
  });
  if (!read) return {};
  std::erase_if(all, [](const Probe& probe) { return probe.places.size() > max_places; });
  if (all.empty()) return {};
  std::set<Place> places = all.front().places;
  for (const Probe& probe : all)
    std::erase_if(places, [&](Place place) { return !probe.places.contains(place); });
  if (places.size() != 1) return {};
  return *places.begin();
}

Rows rows_of(GimpLayer* layer, const Babl* format, const ProcessEvents& process_events) {
  const Size size{gimp_drawable_get_width(as_drawable(layer)),
                  gimp_drawable_get_height(as_drawable(layer))};
  const int id = gimp_item_get_id(as_item(layer));
  return {
      size, [=](const UseRows& use) -> Result<void> {
        const auto pixel_bytes = static_cast<std::size_t>(babl_format_get_bytes_per_pixel(format));
        const auto row_bytes = static_cast<std::size_t>(size.width) * pixel_bytes;
        std::vector<std::byte> rows;
        for (int row = 0; row < size.height;) {
          GimpLayer* there = find_layer(id);
          if (!there) return layer_is_gone();
          const GeglRectangle band{0, row, size.width, rows_of_slice(size.height - row, row_bytes)};
          rows.resize(static_cast<std::size_t>(band.height) * row_bytes);
          gegl_buffer_get(buffer_of(as_drawable(there)).get(), &band, 1.0, format, rows.data(),
                          GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
          if (auto used = use(rows, row, band.height); !used) return used;
          row += band.height;
          if (process_events)
            if (auto processed = process_events(); !processed) return processed;
        }
        return {};
      }};
}

}  // namespace

std::optional<Place> find_sent(GimpLayer* layer, const SourceSnapshot& snapshot,
                               const std::filesystem::path& sent_file,
                               const ProcessEvents& process_events) {
  const Babl* format = format_of(snapshot);
  const auto pixel_bytes = static_cast<std::size_t>(babl_format_get_bytes_per_pixel(format));
  const Rows sent{{snapshot.width, snapshot.height}, [&](const UseRows& use) {
                    return read_snapshot(sent_file, snapshot, process_events, use);
                  }};
  const Rows now = rows_of(layer, format, process_events);
  if (sent.size.fits_into(now.size)) return find(sent, now, pixel_bytes);
  if (!now.size.fits_into(sent.size)) return {};
  const auto place = find(now, sent, pixel_bytes);
  if (!place) return {};
  return Place{-place->x, -place->y};
}

}  // namespace sharpen
