#include "plugin/layer_export.h"

#include <algorithm>
#include <utility>

#include "base/i18n.h"
#include "client/models.h"
#include "plugin/gimp_ref.h"
#include "plugin/layer_tree.h"

namespace sharpen {
Result<std::unique_ptr<LayerExport>> LayerExport::begin(const Request& request) {
  const auto longest = std::max(request.box.width, request.box.height);
  if (static_cast<std::uint32_t>(longest) > max_side_pixels)
    return fail(
        ErrorKind::too_large,
        tr("The layer is {} pixels long; the services take {} at most.", longest, max_side_pixels),
        _("Select a part of it, or scale it down."));
  auto format = travel_format(request.drawable, request.as_rgb);
  if (!format) return fail(std::move(format));
  auto spooled = SpoolFile::create(".png", request.spool);
  if (!spooled) return fail(std::move(spooled));
  const std::filesystem::path path = spooled->keep();
  auto file = SpooledUpload::take_over(path);
  PictureInfo info;
  info.width = static_cast<std::uint32_t>(request.box.width);
  info.height = static_cast<std::uint32_t>(request.box.height);
  info.channels = format->channels;
  info.bits = format->bits;
  info.icc_profile = format->icc;
  auto writer = create_picture(path, FileFormat::png, info);
  if (!writer) return fail(std::move(writer));
  std::optional<RowSpool> rows;
  if (request.keep && (format->has_alpha || !format->exact)) {
    auto kept = RowSpool::create_file(pixels_file(path));
    if (!kept) return fail(std::move(kept));
    rows = std::move(*kept);
  }
  std::unique_ptr<LayerExport> made(
      new LayerExport(request, std::move(*format), std::move(file), std::move(*writer)));
  made->original_->rows = std::move(rows);
  return made;
}

LayerExport::LayerExport(const Request& request, TravelFormat format, SpooledUpload file,
                         std::unique_ptr<PictureWriter> writer)
    : drawable_id_(gimp_item_get_id(as_item(request.drawable))),
      buffer_(buffer_of(request.drawable)),
      box_(request.box),
      origin_(request.origin),
      original_(std::make_shared<KeptOriginal>()),
      file_(std::move(file)),
      writer_(std::move(writer)) {
  original_->format = std::move(format);
  original_->width = box_.width;
  original_->height = box_.height;
}

Result<bool> LayerExport::step() {
  // A buffer of a closed image reads as nothing but errors on GIMP's wire.
  if (!gimp_item_id_is_valid(drawable_id_)) return layer_is_gone();
  if (next_row_ < box_.height) {
    if (band_rows_ == 0) read_band();
    if (next_block_ > 0 && !looked_) {
      looked_ = alpha_fill_->look();
      return false;
    }
    if (next_block_ > 0) {
      alpha_fill_->fill(--next_block_, next_row_, band_rows_, wire_alpha_rows_, wire_rows_);
      if (next_block_ > 0) return false;
    }
    if (auto written = write_band(); !written) return fail(std::move(written));
    return false;
  }
  if (auto finished = writer_->finish(); !finished) return fail(std::move(finished));
  if (original_->rows)
    if (auto sealed = seal_rows(*original_); !sealed) return fail(std::move(sealed));
  buffer_ = nullptr;
  return true;
}

void LayerExport::read_band() {
  const TravelFormat& format = original_->format;
  band_rows_ = rows_of_band(next_row_, box_.y, box_.height);
  const GeglRectangle band{box_.x, box_.y + next_row_, box_.width, band_rows_};
  const auto pixels = static_cast<std::size_t>(band.width) * static_cast<std::size_t>(band.height);
  wire_rows_.resize(pixels * format.wire_bytes());
  if (format.exact && !format.has_alpha) {
    gegl_buffer_get(buffer_.get(), &band, 1.0, format.wire, wire_rows_.data(), GEGL_AUTO_ROWSTRIDE,
                    GEGL_ABYSS_NONE);
    return;
  }
  native_rows_.resize(pixels * format.native_bytes());
  gegl_buffer_get(buffer_.get(), &band, 1.0, format.native, native_rows_.data(),
                  GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  convert(babl_fish(format.plain_native, format.plain_wire), native_rows_, wire_rows_, pixels);
  if (!format.has_alpha) return;
  wire_alpha_rows_.resize(pixels * format.wire_alpha_bytes());
  convert(babl_fish(format.plain_native, format.plain_wire_alpha), native_rows_, wire_alpha_rows_,
          pixels);
  if (!alpha_fill_) alpha_fill_.emplace(buffer_.get(), box_, format);
  if (alpha_fill_->has_work(wire_alpha_rows_)) next_block_ = alpha_fill_->blocks();
}

Result<void> LayerExport::write_band() {
  if (original_->rows)
    if (auto kept = original_->rows->append(native_rows_); !kept) return kept;
  next_row_ += std::exchange(band_rows_, 0);
  return writer_->write(wire_rows_);
}

double LayerExport::fraction() const {
  return box_.height > 0 ? double(next_row_) / box_.height : 1;
}

Upload LayerExport::finish() {
  Upload upload;
  upload.file = file_.keep();
  upload.format = FileFormat::png;
  upload.width = static_cast<std::uint32_t>(box_.width);
  upload.height = static_cast<std::uint32_t>(box_.height);
  upload.channels = original_->format.channels;
  upload.bits = original_->format.bits;
  return upload;
}

}  // namespace sharpen
