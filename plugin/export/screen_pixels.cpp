#include "plugin/export/screen_pixels.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "base/i18n.h"
#include "image/picture.h"
#include "plugin/gimp/gimp_ref.h"

namespace sharpen {
namespace {

const Babl* screen_format() { return babl_format("R'G'B' u8"); }
const Babl* screen_format_with_alpha() { return babl_format("R'G'B'A u8"); }

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

std::size_t area(Rectangle box) {
  return static_cast<std::size_t>(box.width) * static_cast<std::size_t>(box.height);
}

}  // namespace

void find_screen_conversions(const TransferFormat& format) {
  babl_fish(format.native, screen_format_with_alpha());
  babl_fish(format.has_alpha ? format.wire : format.native, screen_format());
}

namespace {

/// R'G'B'A of 8 bits.
ScreenPixels from_rgba(std::span<const std::uint8_t> rgba, int width, int height) {
  ScreenPixels screen = blank(width, height);
  screen.alpha.resize(area({0, 0, width, height}));
  for (std::size_t i = 0; i < screen.alpha.size(); ++i) {
    std::ranges::copy(rgba.subspan(i * 4, 3), screen.rgb.begin() + std::ptrdiff_t(i * 3));
    screen.alpha[i] = rgba[i * 4 + 3];
  }
  if (std::ranges::all_of(screen.alpha, [](std::uint8_t alpha) { return alpha == 255; })) {
    screen.alpha.clear();
  }
  return screen;
}

/// Of gimp_drawable_get_sub_thumbnail_data(): GIMP 3.2 gives what is documented, sRGB of 8 bits,
/// GIMP 3.0 the layer's own format.
const Babl* thumbnail_format(GimpDrawable* drawable) {
  const bool is_3_0 = gimp_major_version == 3 && gimp_minor_version == 0;
  if (is_3_0) return gimp_drawable_get_format(drawable);
  return gimp_drawable_has_alpha(drawable) ? screen_format_with_alpha() : screen_format();
}

/// From the layer's own tiles: where GIMP's small picture shows effects, which are not sent.
ScreenPixels thumbnail_of_tiles(GimpDrawable* drawable, Rectangle part, double scale) {
  const auto scaled = [scale](int pixels) { return static_cast<int>(std::floor(pixels * scale)); };
  const GeglRectangle rectangle{scaled(part.x), scaled(part.y), std::max(1, scaled(part.width)),
                                std::max(1, scaled(part.height))};
  std::vector<std::uint8_t> rgba(area({0, 0, rectangle.width, rectangle.height}) * 4);
  gegl_buffer_get(buffer_of(drawable).get(), &rectangle, scale, screen_format_with_alpha(),
                  rgba.data(), GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
  return from_rgba(rgba, rectangle.width, rectangle.height);
}

}  // namespace

Result<ScreenPixels> screen_region(GimpDrawable* drawable, Rectangle part) {
  const auto buffer = buffer_of(drawable);
  const GeglRectangle rectangle{part.x, part.y, part.width, part.height};
  if (gimp_drawable_has_alpha(drawable)) {
    std::vector<std::uint8_t> rgba(area(part) * 4);
    gegl_buffer_get(buffer.get(), &rectangle, 1.0, screen_format_with_alpha(), rgba.data(),
                    GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
    return from_rgba(rgba, part.width, part.height);
  }
  ScreenPixels screen = blank(part.width, part.height);
  gegl_buffer_get(buffer.get(), &rectangle, 1.0, screen_format(), screen.rgb.data(),
                  GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
  return screen;
}

Result<ScreenPixels> screen_thumbnail(GimpDrawable* drawable, Rectangle part, int max_side) {
  const double scale = std::min(1.0, double(max_side) / std::max(part.width, part.height));
  const auto scaled = [scale](int pixels) {
    return std::max(1, static_cast<int>(std::floor(pixels * scale)));
  };
  const auto filters = items_of(gimp_drawable_get_filters(drawable));
  if (std::ranges::any_of(filters, gimp_drawable_filter_get_visible))
    return thumbnail_of_tiles(drawable, part, scale);
  // GIMP has the layer scaled down already; here every tile of it would have to be fetched.
  int width = 0, height = 0, pixel_bytes = 0;
  const auto small = Ref<GBytes>::adopt(gimp_drawable_get_sub_thumbnail_data(
      drawable, part.x, part.y, part.width, part.height, scaled(part.width), scaled(part.height),
      &width, &height, &pixel_bytes));
  const auto bytes = small ? bytes_of(small.get()) : std::span<const std::byte>();
  const std::size_t pixels = area({0, 0, width, height});
  if (pixels == 0 || bytes.size() != pixels * static_cast<std::size_t>(pixel_bytes))
    return fail(ErrorKind::gimp, _("GIMP could not create a small picture of the layer."),
                _("Try again; if it happens again, restart GIMP."));
  const Babl* format = thumbnail_format(drawable);
  if (pixel_bytes != babl_format_get_bytes_per_pixel(format))
    return thumbnail_of_tiles(drawable, part, scale);
  std::vector<std::uint8_t> rgba(pixels * 4);
  convert(babl_fish(format, screen_format_with_alpha()), bytes,
          std::as_writable_bytes(std::span(rgba)), pixels);
  return from_rgba(rgba, width, height);
}

namespace {

class AnswerRows final : public Answer {
 public:
  AnswerRows(std::unique_ptr<PictureReader> reader, const Babl* format)
      : reader_(std::move(reader)), format_(format), row_(reader_->info().bytes_per_row()) {}

  Result<ScreenPixels> next(int most) override {
    const PictureInfo& info = reader_->info();
    const int rows = std::min(most, static_cast<int>(info.height) - y_);
    if (rows <= 0) return ScreenPixels{};
    ScreenPixels screen = blank(static_cast<int>(info.width), rows);
    const Babl* fish = babl_fish(format_, screen_format());
    for (int y = 0; y < rows; ++y) {
      if (auto read = reader_->read(row_); !read) return std::unexpected(read.error());
      const auto line = static_cast<std::size_t>(y) * static_cast<std::size_t>(screen.width);
      babl_process(fish, row_.data(), screen.rgb.data() + line * 3, screen.width);
    }
    y_ += rows;
    return screen;
  }

 private:
  std::unique_ptr<PictureReader> reader_;
  const Babl* format_;
  std::vector<std::byte> row_;
  int y_ = 0;
};

}  // namespace

Result<std::unique_ptr<Answer>> screen_answer(const std::filesystem::path& answer,
                                              const TransferFormat& sent) {
  auto reader = open_picture(answer);
  if (!reader) return fail(std::move(reader));
  const PictureInfo& info = (*reader)->info();
  const AnswerFormat format = answer_format(sent, info.channels, info.bits, info.icc_profile);
  return std::make_unique<AnswerRows>(*std::move(reader), format.format);
}

}  // namespace sharpen
