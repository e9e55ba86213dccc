#include "plugin/selection.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "base/i18n.h"
#include "plugin/gimp_ref.h"

namespace sharpen {
namespace {

constexpr int band_rows = 64;

Result<KeptSelection> keep_selection(GimpImage* image, Box in_image,
                                     const std::filesystem::path& folder) {
  auto spool = RowSpool::create(folder);
  if (!spool) return fail(std::move(spool));
  const auto buffer = buffer_of(reinterpret_cast<GimpDrawable*>(gimp_image_get_selection(image)));
  KeptSelection kept{gegl_buffer_get_format(buffer.get()), in_image.width, in_image.height,
                     std::move(*spool)};
  const auto row_bytes = static_cast<std::size_t>(in_image.width) *
                         static_cast<std::size_t>(babl_format_get_bytes_per_pixel(kept.format));
  std::vector<std::byte> rows;
  for (int row = 0; row < in_image.height; row += band_rows) {
    const GeglRectangle band{in_image.x, in_image.y + row, in_image.width,
                             std::min(band_rows, in_image.height - row)};
    rows.resize(static_cast<std::size_t>(band.height) * row_bytes);
    gegl_buffer_get(buffer.get(), &band, 1.0, kept.format, rows.data(), GEGL_AUTO_ROWSTRIDE,
                    GEGL_ABYSS_NONE);
    if (auto appended = kept.rows.append(rows); !appended) return fail(std::move(appended));
  }
  return kept;
}

}  // namespace

Result<SentArea> sent_area(GimpDrawable* drawable, const std::filesystem::path& spool) {
  GimpImage* image = gimp_item_get_image(as_item(drawable));
  const int width = gimp_drawable_get_width(drawable);
  const int height = gimp_drawable_get_height(drawable);
  if (gimp_selection_is_empty(image)) return SentArea{{0, 0, width, height}, nullptr};

  Box inside;
  if (!gimp_drawable_mask_intersect(drawable, &inside.x, &inside.y, &inside.width, &inside.height))
    return fail(ErrorKind::bad_argument, _("The selection does not touch the layer."),
                _("Select a part of the layer, or nothing to sharpen all of it."));
  const int left = std::max(0, inside.x - selection_margin);
  const int top = std::max(0, inside.y - selection_margin);
  const Box box{left, top, std::min(width, inside.x + inside.width + selection_margin) - left,
                std::min(height, inside.y + inside.height + selection_margin) - top};
  int offset_x = 0, offset_y = 0;
  gimp_drawable_get_offsets(drawable, &offset_x, &offset_y);
  auto kept =
      keep_selection(image, {box.x + offset_x, box.y + offset_y, box.width, box.height}, spool);
  if (!kept) return fail(std::move(kept));
  return SentArea{box, std::make_shared<const KeptSelection>(std::move(*kept))};
}

Result<void> mask_with(GimpLayer* layer, const KeptSelection& selection) {
  GimpLayerMask* mask = gimp_layer_get_mask(layer);
  const bool multiply = mask && gimp_layer_get_apply_mask(layer);
  if (!mask) {
    mask = gimp_layer_create_mask(layer, GIMP_ADD_MASK_WHITE);
    if (!mask || !gimp_layer_add_mask(layer, mask))
      return fail(ErrorKind::gimp, _("GIMP could not add a mask to the new layer."));
  }
  gimp_layer_set_apply_mask(layer, TRUE);

  const auto buffer = buffer_of(as_drawable(mask));
  const Babl* as_float = babl_format("Y float");
  const Babl* to_float = babl_fish(selection.format, as_float);
  const auto row_bytes =
      static_cast<std::size_t>(selection.width) *
      static_cast<std::size_t>(babl_format_get_bytes_per_pixel(selection.format));
  std::vector<std::byte> rows;
  std::vector<float> selected, masked;
  for (int row = 0; row < selection.height; row += band_rows) {
    const GeglRectangle band{0, row, selection.width, std::min(band_rows, selection.height - row)};
    rows.resize(static_cast<std::size_t>(band.height) * row_bytes);
    if (auto read = selection.rows.read(static_cast<std::uint64_t>(row) * row_bytes, rows); !read)
      return read;
    if (!multiply) {
      gegl_buffer_set(buffer.get(), &band, 0, selection.format, rows.data(), GEGL_AUTO_ROWSTRIDE);
      continue;
    }
    const auto pixels =
        static_cast<std::size_t>(band.width) * static_cast<std::size_t>(band.height);
    selected.resize(pixels);
    masked.resize(pixels);
    babl_process(to_float, rows.data(), selected.data(), static_cast<long>(pixels));
    gegl_buffer_get(buffer.get(), &band, 1.0, as_float, masked.data(), GEGL_AUTO_ROWSTRIDE,
                    GEGL_ABYSS_NONE);
    std::ranges::transform(masked, selected, masked.begin(), std::multiplies{});
    gegl_buffer_set(buffer.get(), &band, 0, as_float, masked.data(), GEGL_AUTO_ROWSTRIDE);
  }
  gegl_buffer_flush(buffer.get());
  gimp_drawable_update(as_drawable(mask), 0, 0, selection.width, selection.height);
  return {};
}

}  // namespace sharpen
