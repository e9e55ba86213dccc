#include "ui/preview/changed_area.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace sharpen {
namespace {

constexpr int unseen = 2;  ///< steps of 1/255 that count as alike
constexpr int gain = 8;    ///< from a difference to the veil's opacity
constexpr int most_opaque = 200;

int difference(std::uint32_t a, std::uint32_t b) {
  int most = 0;
  for (const unsigned shift : {0u, 8u, 16u})
    most = std::max(most, std::abs(int(a >> shift & 0xff) - int(b >> shift & 0xff)));
  return most;
}

/// Magenta, which photographs hardly have, premultiplied.
std::uint32_t veil(int difference) {
  if (difference <= unseen) return 0;
  const auto alpha = std::uint32_t(std::min(most_opaque, gain * (difference - unseen)));
  return alpha << 24 | alpha << 16 | alpha;
}

const std::uint32_t* row_of(cairo_surface_t* surface, int y) {
  return reinterpret_cast<const std::uint32_t*>(cairo_image_surface_get_data(surface) +
                                                y * cairo_image_surface_get_stride(surface));
}

}  // namespace

Surface changed_area(cairo_surface_t* before, cairo_surface_t* after) {
  const int width = cairo_image_surface_get_width(before);
  const int height = cairo_image_surface_get_height(before);
  Surface veiled(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
  cairo_surface_flush(before);
  cairo_surface_flush(after);
  for (int y = 0; y < height; ++y) {
    const std::uint32_t *left = row_of(before, y), *right = row_of(after, y);
    auto* to = const_cast<std::uint32_t*>(row_of(veiled.get(), y));
    for (int x = 0; x < width; ++x) to[x] = veil(difference(left[x], right[x]));
  }
  cairo_surface_mark_dirty(veiled.get());
  return veiled;
}

}  // namespace sharpen
