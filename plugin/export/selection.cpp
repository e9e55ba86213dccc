#include "plugin/export/selection.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <ranges>
#include <span>
#include <vector>

#include "base/i18n.h"
#include "plugin/export/formats.h"
#include "plugin/export/tile_blocks.h"
#include "plugin/gimp/gimp_ref.h"

namespace sharpen {
namespace {

/// Of a layer under a selection, as floats.
constexpr std::size_t worked_pixel_bytes = 4 * sizeof(float);

Result<KeptSelection> keep_selection(GimpImage* image, Rectangle in_image,
                                     const std::filesystem::path& folder) {
  auto spool = RowSpool::create(folder);
  if (!spool) return fail(std::move(spool));
  const auto buffer = buffer_of(reinterpret_cast<GimpDrawable*>(gimp_image_get_selection(image)));
  KeptSelection kept{gegl_buffer_get_format(buffer.get()), in_image.width, in_image.height,
                     std::move(*spool)};
  const auto row_bytes = static_cast<std::size_t>(in_image.width) *
                         static_cast<std::size_t>(babl_format_get_bytes_per_pixel(kept.format));
  std::vector<std::byte> rows;
  for (int row = 0, count = 0; row < in_image.height; row += count) {
    count = rows_of_band(row, in_image.y, in_image.height);
    const GeglRectangle band{in_image.x, in_image.y + row, in_image.width, count};
    rows.resize(static_cast<std::size_t>(band.height) * row_bytes);
    gegl_buffer_get(buffer.get(), &band, 1.0, kept.format, rows.data(), GEGL_AUTO_ROWSTRIDE,
                    GEGL_ABYSS_NONE);
    if (auto appended = kept.rows.append(rows); !appended) return fail(std::move(appended));
  }
  return kept;
}

/// Calls `use(block, samples, values)` for block after block of a selection that lies at (x, y) of
/// the buffers that are worked on: where the block lies in those, its samples as GIMP has them, and
/// as values 0…1.
template <class Use>
Result<void> for_each_block(const KeptSelection& selection, int x, int y,
                            const ProcessEvents& process_events, Use use) {
  const auto to_float = find_conversion(selection.format, babl_format("Y float"), process_events);
  if (!to_float) return std::unexpected(to_float.error());
  const auto sample_bytes =
      static_cast<std::size_t>(babl_format_get_bytes_per_pixel(selection.format));
  const std::size_t row_bytes = static_cast<std::size_t>(selection.width) * sample_bytes;
  std::vector<std::byte> band, samples;
  std::vector<float> values;
  TileBlocks blocks({x, y, selection.width, selection.height}, worked_pixel_bytes);
  while (const auto block = blocks.next()) {
    if (process_events)
      if (auto processed = process_events(); !processed) return processed;
    const auto rows = static_cast<std::size_t>(block->height);
    if (block->x == x) {
      band.resize(rows * row_bytes);
      if (auto read =
              selection.rows.read(static_cast<std::uint64_t>(block->y - y) * row_bytes, band);
          !read)
        return read;
    }
    const std::size_t left = static_cast<std::size_t>(block->x - x) * sample_bytes;
    const std::size_t bytes = static_cast<std::size_t>(block->width) * sample_bytes;
    samples.clear();
    for (std::size_t row = 0; row < rows; ++row) {
      const auto part = std::span(band).subspan(row * row_bytes + left, bytes);
      samples.insert(samples.end(), part.begin(), part.end());
    }
    values.resize(samples.size() / sample_bytes);
    convert(*to_float, samples, std::as_writable_bytes(std::span(values)), values.size());
    use(*block, std::span<const std::byte>(samples), std::span<const float>(values));
  }
  return {};
}

const Babl* saved_format(int bits) { return babl_format(bits == 8 ? "Y u8" : "Y u16"); }

/// Whether one of a drawable's values, read as `sample`, is between 0 and 1 inside the selection.
Result<bool> between_inside(GimpDrawable* drawable, const Babl* sample, Rectangle box,
                            const KeptSelection& selection, const ProcessEvents& process_events) {
  const auto buffer = buffer_of(drawable);
  bool found = false;
  std::vector<float> values;
  const auto use = [&](GeglRectangle block, auto, auto selected) {
    if (found) return;
    values.resize(selected.size());
    gegl_buffer_get(buffer.get(), &block, 1.0, sample, values.data(), GEGL_AUTO_ROWSTRIDE,
                    GEGL_ABYSS_NONE);
    for (const auto [value, share] : std::views::zip(values, selected))
      found = found || (share > 0 && value > 0 && value < 1);
  };
  auto read = for_each_block(selection, box.x, box.y, process_events, use);
  if (!read) return fail(std::move(read));
  return found;
}

}  // namespace

Result<SentArea> sent_area(GimpLayer* layer, const std::filesystem::path& spool) {
  GimpDrawable* drawable = as_drawable(layer);
  GimpImage* image = gimp_item_get_image(as_item(layer));
  const int width = gimp_drawable_get_width(drawable);
  const int height = gimp_drawable_get_height(drawable);
  if (gimp_selection_is_empty(image)) return SentArea{{0, 0, width, height}, nullptr};

  Rectangle inside;
  if (!gimp_drawable_mask_intersect(drawable, &inside.x, &inside.y, &inside.width, &inside.height))
    return fail(ErrorKind::bad_argument,
                tr("The selection does not touch the layer “{}”.",
                   text_of(gimp_item_get_name(as_item(layer)))),
                _("Select a part of the layer, or nothing to sharpen all of it."));
  const int left = std::max(0, inside.x - selection_margin);
  const int top = std::max(0, inside.y - selection_margin);
  const Rectangle box{left, top, std::min(width, inside.x + inside.width + selection_margin) - left,
                      std::min(height, inside.y + inside.height + selection_margin) - top};
  int offset_x = 0, offset_y = 0;
  gimp_drawable_get_offsets(drawable, &offset_x, &offset_y);
  auto kept =
      keep_selection(image, {box.x + offset_x, box.y + offset_y, box.width, box.height}, spool);
  if (!kept) return fail(std::move(kept));
  return SentArea{box, std::make_shared<const KeptSelection>(std::move(*kept))};
}

Result<SelectionWriter> SelectionWriter::begin(std::shared_ptr<const KeptSelection> selection,
                                               const std::filesystem::path& file) {
  PictureInfo info;
  info.width = static_cast<std::uint32_t>(selection->width);
  info.height = static_cast<std::uint32_t>(selection->height);
  info.channels = 1;
  info.bits = selection->format == babl_format("Y u8") ? 8 : 16;
  auto writer = create_picture(file, FileFormat::png, info);
  if (!writer) return fail(std::move(writer));
  return SelectionWriter(std::move(selection), std::move(*writer));
}

Result<bool> SelectionWriter::step() {
  if (next_row_ == selection_->height) {
    if (auto finished = writer_->finish(); !finished) return fail(std::move(finished));
    return true;
  }
  const int count = rows_of_slice(selection_->height - next_row_,
                                  static_cast<std::size_t>(selection_->width) * worked_pixel_bytes);
  const auto pixels = static_cast<std::size_t>(count) * static_cast<std::size_t>(selection_->width);
  const auto bytes = static_cast<std::size_t>(babl_format_get_bytes_per_pixel(selection_->format));
  rows_.resize(pixels * bytes);
  const auto row_bytes = static_cast<std::size_t>(selection_->width) * bytes;
  if (auto read = selection_->rows.read(static_cast<std::uint64_t>(next_row_) * row_bytes, rows_);
      !read)
    return fail(std::move(read));
  const int bits = writer_->info().bits;
  saved_.resize(pixels * static_cast<std::size_t>(bits / 8));
  convert(babl_fish(selection_->format, saved_format(bits)), rows_, saved_, pixels);
  if (auto written = writer_->write(saved_); !written) return fail(std::move(written));
  next_row_ += count;
  return false;
}

Result<KeptSelection> load_selection(const std::filesystem::path& file,
                                     const std::filesystem::path& spool,
                                     const ProcessEvents& process_events) {
  auto reader = open_picture(file);
  if (!reader) return fail(std::move(reader));
  auto rows = RowSpool::create(spool);
  if (!rows) return fail(std::move(rows));
  const PictureInfo& info = (*reader)->info();
  KeptSelection kept{saved_format(info.bits), static_cast<int>(info.width),
                     static_cast<int>(info.height), std::move(*rows)};
  std::vector<std::byte> row(info.bytes_per_row());
  for (std::uint32_t y = 0; y < info.height; ++y) {
    if (auto read = (*reader)->read(row); !read) return std::unexpected(read.error());
    if (auto appended = kept.rows.append(row); !appended) return fail(std::move(appended));
    if (process_events)
      if (auto processed = process_events(); !processed) return fail(std::move(processed));
  }
  return kept;
}

Result<bool> translucent_inside(GimpLayer* layer, Rectangle box, const KeptSelection& selection,
                                const ProcessEvents& process_events) {
  if (gimp_drawable_has_alpha(as_drawable(layer))) {
    const auto found =
        between_inside(as_drawable(layer), babl_format("A float"), box, selection, process_events);
    if (!found || *found) return found;
  }
  GimpLayerMask* mask = gimp_layer_get_mask(layer);
  if (!mask || !gimp_layer_get_apply_mask(layer)) return false;
  return between_inside(as_drawable(mask), babl_format("Y float"), box, selection, process_events);
}

Result<void> restore_outside(GeglBuffer* changed, GeglBuffer* source, Rectangle box,
                             const KeptSelection& selection, const ProcessEvents& process_events) {
  const Babl* native = gegl_buffer_get_format(changed);
  const Babl* numbers = as_float(native);
  const auto bytes = static_cast<std::size_t>(babl_format_get_bytes_per_pixel(native));
  const auto samples = static_cast<std::size_t>(babl_format_get_n_components(native));
  const auto to_numbers = find_conversion(native, numbers, process_events);
  if (!to_numbers) return std::unexpected(to_numbers.error());
  const auto to_native = find_conversion(numbers, native, process_events);
  if (!to_native) return std::unexpected(to_native.error());
  std::vector<std::byte> now, before, mixed;
  std::vector<float> now_numbers, before_numbers;
  const auto read_part = [&](GeglBuffer* buffer, GeglRectangle part, std::vector<std::byte>& pixels,
                             std::vector<float>& values) {
    const auto count = static_cast<std::size_t>(part.width) * static_cast<std::size_t>(part.height);
    pixels.resize(count * bytes);
    values.resize(count * samples);
    gegl_buffer_get(buffer, &part, 1.0, native, pixels.data(), GEGL_AUTO_ROWSTRIDE,
                    GEGL_ABYSS_NONE);
    convert(*to_numbers, pixels, std::as_writable_bytes(std::span(values)), count);
  };
  const auto use = [&](GeglRectangle block, auto, auto selected) {
    read_part(changed, block, now, now_numbers);
    read_part(source, block, before, before_numbers);
    for (std::size_t i = 0; i < now_numbers.size(); ++i)
      now_numbers[i] = std::lerp(before_numbers[i], now_numbers[i], selected[i / samples]);
    mixed.resize(now.size());
    convert(*to_native, std::as_bytes(std::span(now_numbers)), mixed, selected.size());
    for (std::size_t i = 0; i < selected.size(); ++i) {
      std::byte* here = now.data() + i * bytes;
      const bool same = std::memcmp(here, before.data() + i * bytes, bytes) == 0;
      if (same || selected[i] >= 1) continue;
      const auto& pixels = selected[i] > 0 ? mixed : before;
      std::memcpy(here, pixels.data() + i * bytes, bytes);
    }
    gegl_buffer_set(changed, &block, 0, native, now.data(), GEGL_AUTO_ROWSTRIDE);
  };
  return for_each_block(selection, box.x, box.y, process_events, use);
}

Result<void> mask_with(GimpLayer* layer, const KeptSelection& selection,
                       const ProcessEvents& process_events) {
  GimpLayerMask* mask = gimp_layer_get_mask(layer);
  const bool multiply = mask && gimp_layer_get_apply_mask(layer);
  if (!mask) {
    mask = gimp_layer_create_mask(layer, GIMP_ADD_MASK_WHITE);
    if (!mask || !gimp_layer_add_mask(layer, mask))
      return fail(ErrorKind::gimp, _("GIMP could not add a mask to the new layer."));
  }
  gimp_layer_set_apply_mask(layer, TRUE);

  const auto buffer = buffer_of(as_drawable(mask));
  const Babl* numbers = babl_format("Y float");
  std::vector<float> masked;
  const auto use = [&](GeglRectangle block, auto samples, auto selected) {
    if (!multiply) {
      gegl_buffer_set(buffer.get(), &block, 0, selection.format, samples.data(),
                      GEGL_AUTO_ROWSTRIDE);
      return;
    }
    masked.resize(selected.size());
    gegl_buffer_get(buffer.get(), &block, 1.0, numbers, masked.data(), GEGL_AUTO_ROWSTRIDE,
                    GEGL_ABYSS_NONE);
    std::ranges::transform(masked, selected, masked.begin(), std::multiplies{});
    gegl_buffer_set(buffer.get(), &block, 0, numbers, masked.data(), GEGL_AUTO_ROWSTRIDE);
  };
  auto read = for_each_block(selection, 0, 0, process_events, use);
  if (!read) return read;
  gegl_buffer_flush(buffer.get());
  gimp_drawable_update(as_drawable(mask), 0, 0, selection.width, selection.height);
  return {};
}

}  // namespace sharpen
