#include "plugin/find_crop.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/gimp_ref.h"
#include "plugin/layer_import.h"

namespace sharpen {
namespace {

using Place = std::pair<int, int>;  ///< x and y of the crop in what was sent

/// A row of the cropped layer, and the places that it allows.
struct Probe {
  int row = 0;
  std::vector<char> pixels;
  std::set<Place> places;
};

constexpr int probes = 5;
constexpr std::size_t max_places = 10'000;  ///< a row of one colour lies everywhere

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<Probe> probes_of(GimpLayer* layer, Box size, const Babl* format) {
  const auto buffer = buffer_of(as_drawable(layer));
  const auto bytes = static_cast<std::size_t>(babl_format_get_bytes_per_pixel(format));
  std::vector<Probe> all(probes);
  for (int i = 0; i < probes; ++i) {
    Probe& probe = all[static_cast<std::size_t>(i)];
    probe.row = (size.height - 1) * i / (probes - 1);
    probe.pixels.resize(static_cast<std::size_t>(size.width) * bytes);
    const GeglRectangle row{0, probe.row, size.width, 1};
    gegl_buffer_get(buffer.get(), &row, 1.0, format, probe.pixels.data(), GEGL_AUTO_ROWSTRIDE,
                    GEGL_ABYSS_NONE);
  }
  return all;
}

/// Notes where the probe's pixels are in row `y` of what was sent.
void look_in(std::string_view row, int y, std::size_t bytes, int last_top, Probe& probe) {
  const int top = y - probe.row;
  if (top < 0 || top > last_top) return;
  const std::string_view wanted(probe.pixels.data(), probe.pixels.size());
  for (auto at = row.find(wanted); at != row.npos && probe.places.size() <= max_places;
       at = row.find(wanted, at + 1))
    if (at % bytes == 0) probe.places.emplace(static_cast<int>(at / bytes), top);
}

}  // namespace

std::optional<Box> find_crop(GimpLayer* layer, const KeptOriginal& original,
                             const std::filesystem::path& sent_file, const Breathe& breathe) {
  const Box size{0, 0, gimp_drawable_get_width(as_drawable(layer)),
                 gimp_drawable_get_height(as_drawable(layer))};
  if (size.width > original.width || size.height > original.height) return {};
  const Babl* format = format_of(original);
  const auto bytes = static_cast<std::size_t>(babl_format_get_bytes_per_pixel(format));
  const auto row_bytes = static_cast<std::size_t>(original.width) * bytes;
  auto all = probes_of(layer, size, format);
  const auto look = [&](std::span<const std::byte> rows, int first, int count) -> Result<void> {
    for (int row = 0; row < count; ++row) {
      const auto pixels =
          text_of(rows.subspan(static_cast<std::size_t>(row) * row_bytes, row_bytes));
      for (Probe& probe : all)
        look_in(pixels, first + row, bytes, original.height - size.height, probe);
    }
    return {};
  };
  if (!read_original(sent_file, original, 0, breathe, look)) return {};
  std::erase_if(all, [](const Probe& probe) { return probe.places.size() > max_places; });
  if (all.empty()) return {};
  std::set<Place> places = all.front().places;
  for (const Probe& probe : all)
    std::erase_if(places, [&](const Place& place) { return !probe.places.contains(place); });
  if (places.size() != 1) return {};
  return Box{places.begin()->first, places.begin()->second, size.width, size.height};
}

}  // namespace sharpen
