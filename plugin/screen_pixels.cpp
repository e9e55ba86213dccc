#include "plugin/screen_pixels.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/i18n.h"
#include "image/picture.h"
#include "plugin/alpha_fill.h"
#include "plugin/gimp_ref.h"

namespace sharpen {
namespace {

const Babl* screen_format() { return babl_format("R'G'B' u8"); }

ScreenPixels blank(int width, int height) {
  ScreenPixels screen{width, height, {}};
  screen.rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  return screen;
}

std::span<const std::byte> bytes_of(GBytes* bytes) {
  gsize size = 0;
  const auto* data = static_cast<const std::byte*>(g_bytes_get_data(bytes, &size));
  return {data, size};
}

std::size_t area(Box box) {
  return static_cast<std::size_t>(box.width) * static_cast<std::size_t>(box.height);
}

}  // namespace

Result<ScreenPixels> screen_region(GimpDrawable* drawable, Box part) {
  const auto format = travel_format(drawable);
  if (!format) return std::unexpected(format.error());
  const auto buffer = buffer_of(drawable);
  const GeglRectangle rectangle{part.x, part.y, part.width, part.height};
  ScreenPixels screen = blank(part.width, part.height);
  if (!format->has_alpha) {
    gegl_buffer_get(buffer.get(), &rectangle, 1.0, screen_format(), screen.rgb.data(),
                    GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
    return screen;
  }
  const auto with_alpha = read_wire_alpha(buffer.get(), rectangle, *format);
  std::vector<std::byte> opaque(area(part) * format->wire_bytes());
  convert(babl_fish(format->plain_wire_alpha, format->plain_wire), with_alpha, opaque, area(part));
  AlphaFill fill(buffer.get(), part, *format);
  if (fill.has_work(with_alpha)) {
    while (!fill.look()) continue;
    for (int block = 0; block < fill.blocks(); ++block)
      fill.fill(block, 0, part.height, with_alpha, opaque);
  }
  convert(babl_fish(format->wire, screen_format()), opaque,
          std::as_writable_bytes(std::span(screen.rgb)), area(part));
  return screen;
}

namespace {

/// From the layer's own tiles: where GIMP's small picture shows effects, which are not sent, or has
/// not 8 bits.
ScreenPixels thumbnail_of_tiles(GimpDrawable* drawable, Box part, double scale) {
  const auto scaled = [scale](int pixels) { return static_cast<int>(std::floor(pixels * scale)); };
  const GeglRectangle rectangle{scaled(part.x), scaled(part.y), std::max(1, scaled(part.width)),
                                std::max(1, scaled(part.height))};
  ScreenPixels screen = blank(rectangle.width, rectangle.height);
  gegl_buffer_get(buffer_of(drawable).get(), &rectangle, scale, screen_format(), screen.rgb.data(),
                  GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
  return screen;
}

}  // namespace

Result<ScreenPixels> screen_thumbnail(GimpDrawable* drawable, Box part, int max_side) {
  const double scale = std::min(1.0, double(max_side) / std::max(part.width, part.height));
  const auto scaled = [scale](int pixels) {
    return std::max(1, static_cast<int>(std::floor(pixels * scale)));
  };
  const auto filters = items_of(gimp_drawable_get_filters(drawable));
  if (std::ranges::any_of(filters, gimp_drawable_filter_get_visible))
    return thumbnail_of_tiles(drawable, part, scale);
  // GIMP has the layer scaled down already; here every tile of it would have to be fetched.
  int width = 0, height = 0, channels = 0;
  const auto small = Ref<GBytes>::adopt(gimp_drawable_get_sub_thumbnail_data(
      drawable, part.x, part.y, part.width, part.height, scaled(part.width), scaled(part.height),
      &width, &height, &channels));
  const auto bytes = small ? bytes_of(small.get()) : std::span<const std::byte>();
  const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  const auto step = static_cast<std::size_t>(channels);
  if (channels > 4) return thumbnail_of_tiles(drawable, part, scale);
  if (channels < 1 || bytes.size() < pixels * step)
    return fail(ErrorKind::gimp, _("GIMP could not give a small picture of the layer."),
                _("Try again; if it happens again, restart GIMP."));
  ScreenPixels screen = blank(width, height);
  const bool gray = channels < 3, has_alpha = channels % 2 == 0;
  constexpr int paper = 0x99;  // GIMP's middle check colour
  for (std::size_t i = 0; i < pixels; ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      const auto* pixel = &bytes[i * step];
      const int value = std::to_integer<int>(pixel[gray ? 0 : c]);
      const int alpha = has_alpha ? std::to_integer<int>(pixel[step - 1]) : 255;
      screen.rgb[i * 3 + c] =
          static_cast<std::uint8_t>((value * alpha + paper * (255 - alpha) + 127) / 255);
    }
  return screen;
}

Result<ScreenPixels> screen_answer(const std::filesystem::path& answer, const TravelFormat& sent,
                                   Box part) {
  auto reader = open_picture(answer);
  if (!reader) return fail(std::move(reader));
  const PictureInfo& info = (*reader)->info();
  const auto format = answer_format(sent, info.channels, info.bits, info.icc_profile);
  if (!format) return std::unexpected(format.error());
  const int right = std::min(part.x + part.width, static_cast<int>(info.width));
  const int bottom = std::min(part.y + part.height, static_cast<int>(info.height));
  if (part.x < 0 || part.y < 0 || right <= part.x || bottom <= part.y) return ScreenPixels{};
  ScreenPixels screen = blank(right - part.x, bottom - part.y);
  const Babl* fish = babl_fish(format->format, screen_format());
  const auto pixel_bytes =
      static_cast<std::size_t>(babl_format_get_bytes_per_pixel(format->format));
  std::vector<std::byte> row(info.bytes_per_row());
  for (int y = 0; y < bottom; ++y) {
    if (auto read = (*reader)->read(row); !read) return std::unexpected(read.error());
    if (y < part.y) continue;
    const auto line = static_cast<std::size_t>(y - part.y) * static_cast<std::size_t>(screen.width);
    babl_process(fish, row.data() + static_cast<std::size_t>(part.x) * pixel_bytes,
                 screen.rgb.data() + line * 3, screen.width);
  }
  return screen;
}

}  // namespace sharpen
