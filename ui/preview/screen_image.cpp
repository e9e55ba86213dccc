#include "ui/preview/screen_image.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace sharpen {
namespace {

int luma_at(const ScreenPixels& pixels, int x, int y) {
  const std::size_t at = std::size_t(y) * std::size_t(pixels.width) + std::size_t(x);
  const auto* rgb = &pixels.rgb[at * 3];
  const int luma = (2 * rgb[0] + 5 * rgb[1] + rgb[2]) / 8;
  return pixels.alpha.empty() ? luma : luma * pixels.alpha[at] / 255;
}

/// Sums over all rectangles from the origin, one row and column wider than the picture.
std::vector<std::int64_t> integral_of_gradients(const ScreenPixels& pixels) {
  const std::size_t stride = std::size_t(pixels.width) + 1;
  std::vector<std::int64_t> sums(stride * (std::size_t(pixels.height) + 1), 0);
  for (int y = 0; y < pixels.height; ++y) {
    std::int64_t row = 0;
    for (int x = 0; x < pixels.width; ++x) {
      const int here = luma_at(pixels, x, y);
      const int right = x + 1 < pixels.width ? luma_at(pixels, x + 1, y) : here;
      const int below = y + 1 < pixels.height ? luma_at(pixels, x, y + 1) : here;
      row += std::abs(right - here) + std::abs(below - here);
      sums[std::size_t(y + 1) * stride + std::size_t(x + 1)] =
          sums[std::size_t(y) * stride + std::size_t(x + 1)] + row;
    }
  }
  return sums;
}

/// As cairo stores it: the colours multiplied by alpha.
std::uint32_t with_alpha(std::uint32_t rgb, std::uint32_t alpha) {
  const auto part = [&](int shift) { return ((rgb >> shift & 0xff) * alpha + 127) / 255 << shift; };
  return alpha << 24 | part(16) | part(8) | part(0);
}

}  // namespace

Surface surface_from(const ScreenPixels& pixels) {
  if (pixels.width < 1 || pixels.height < 1) return {};
  Surface surface(
      cairo_image_surface_create(pixels.alpha.empty() ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32,
                                 pixels.width, pixels.height));
  const auto stride = std::size_t(cairo_image_surface_get_stride(surface.get()));
  unsigned char* data = cairo_image_surface_get_data(surface.get());
  if (!data) return {};
  for (std::size_t y = 0; y < std::size_t(pixels.height); ++y) {
    auto* to = reinterpret_cast<std::uint32_t*>(data + y * stride);
    const auto* from = &pixels.rgb[y * std::size_t(pixels.width) * 3];
    for (std::size_t x = 0; x < std::size_t(pixels.width); ++x, from += 3) {
      to[x] = std::uint32_t{from[0]} << 16 | std::uint32_t{from[1]} << 8 | from[2];
    }
    if (pixels.alpha.empty()) continue;
    const auto* alpha = &pixels.alpha[y * std::size_t(pixels.width)];
    for (std::size_t x = 0; x < std::size_t(pixels.width); ++x) {
      to[x] = with_alpha(to[x], alpha[x]);
    }
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

Rectangle clamped(Rectangle box, int full_width, int full_height) {
  box.width = std::clamp(box.width, 1, full_width);
  box.height = std::clamp(box.height, 1, full_height);
  box.x = std::clamp(box.x, 0, full_width - box.width);
  box.y = std::clamp(box.y, 0, full_height - box.height);
  return box;
}

Rectangle most_detailed_box(const ScreenPixels& thumbnail, int full_width, int full_height,
                            int width, int height) {
  Rectangle best = clamped({(full_width - width) / 2, (full_height - height) / 2, width, height},
                           full_width, full_height);
  if (thumbnail.width < 1 || thumbnail.height < 1) return best;
  const double scale_x = double(thumbnail.width) / full_width;
  const double scale_y = double(thumbnail.height) / full_height;
  const int small_width = std::clamp(int(std::lround(best.width * scale_x)), 1, thumbnail.width);
  const int small_height = std::clamp(int(std::lround(best.height * scale_y)), 1, thumbnail.height);
  const auto sums = integral_of_gradients(thumbnail);
  const auto sum_at = [&](int x, int y) {
    return sums[std::size_t(y) * (std::size_t(thumbnail.width) + 1) + std::size_t(x)];
  };
  std::int64_t most = -1;
  for (int y = 0; y + small_height <= thumbnail.height; ++y) {
    for (int x = 0; x + small_width <= thumbnail.width; ++x) {
      const std::int64_t detail = sum_at(x + small_width, y + small_height) -
                                  sum_at(x, y + small_height) - sum_at(x + small_width, y) +
                                  sum_at(x, y);
      if (detail <= most) continue;
      most = detail;
      best.x = int(x / scale_x);
      best.y = int(y / scale_y);
    }
  }
  return clamped(best, full_width, full_height);
}

}  // namespace sharpen
