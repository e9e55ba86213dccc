#include "plugin/export/layer_export.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "base/i18n.h"
#include "client/providers/models.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/in_thread.h"
#include "plugin/gimp/layer_tree.h"

namespace sharpen {
Result<std::unique_ptr<LayerExport>> LayerExport::begin(const Request& request) {
  const auto longest = std::max(request.box.width, request.box.height);
  if (static_cast<std::uint32_t>(longest) > max_side_pixels)
    return fail(ErrorKind::too_large,
                tr("The layer is {} pixels long; the services accept {} at most.", longest,
                   max_side_pixels),
                _("Select a part of it, or scale it down."));
  auto format = transfer_format(request.drawable, request.as_rgb);
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
  made->snapshot_->rows = std::move(rows);
  return made;
}

LayerExport::LayerExport(const Request& request, TransferFormat format, SpooledUpload file,
                         std::unique_ptr<PictureWriter> writer)
    : drawable_id_(gimp_item_get_id(as_item(request.drawable))),
      buffer_(buffer_of(request.drawable)),
      box_(request.box),
      origin_(request.origin),
      snapshot_(std::make_shared<SourceSnapshot>()),
      blocks_({box_.x, box_.y, box_.width, box_.height}, format.native_bytes()),
      file_(std::move(file)),
      writer_(std::move(writer)) {
  if (format.has_alpha || !format.exact)
    conversions_ = std::async(if_there_is_a_thread, [=] {
      babl_fish(format.plain_native, format.plain_wire);
      if (format.has_alpha) babl_fish(format.plain_native, format.plain_wire_alpha);
    });
  snapshot_->format = std::move(format);
  snapshot_->width = box_.width;
  snapshot_->height = box_.height;
}

Result<bool> LayerExport::step() {
  if (conversions_.valid()) {
    if (conversions_.wait_for(std::chrono::milliseconds(5)) == std::future_status::timeout)
      return false;
    conversions_.get();
  }
  if (next_row_ < box_.height) {
    if (auto done = step_band(); !done) return fail(std::move(done));
    return false;
  }
  if (auto finished = writer_->finish(); !finished) return fail(std::move(finished));
  if (snapshot_->rows)
    if (auto sealed = seal_rows(*snapshot_); !sealed) return fail(std::move(sealed));
  buffer_ = nullptr;
  return true;
}

Result<void> LayerExport::step_band() {
  if (band_.rows == 0) begin_band();
  const bool is_read = band_.columns == box_.width;
  if (is_read && band_.blocks == 0) return write_slice();
  // A buffer of a closed image reads as nothing but errors on GIMP's wire.
  if (!gimp_item_id_is_valid(drawable_id_)) return layer_is_gone();
  if (is_read) return fill_block();
  read_block();
  return {};
}

void LayerExport::begin_band() {
  const TransferFormat& format = snapshot_->format;
  band_.rows = rows_of_band(next_row_, box_.y, box_.height);
  band_.columns = band_.blocks = band_.written = 0;
  const auto pixels = static_cast<std::size_t>(box_.width) * static_cast<std::size_t>(band_.rows);
  band_.wire.resize(pixels * format.wire_bytes());
  if (format.has_alpha || !format.exact) band_.native.resize(pixels * format.native_bytes());
  if (format.has_alpha) band_.wire_alpha.resize(pixels * format.wire_alpha_bytes());
}

void LayerExport::read_block() {
  const auto block = blocks_.next();
  if (!block) return;
  const TransferFormat& format = snapshot_->format;
  const auto left = static_cast<std::size_t>(block->x - box_.x);
  const auto width = static_cast<std::size_t>(block->width);
  band_.columns += block->width;
  const auto read = [&](std::vector<std::byte>& band, const Babl* as, std::size_t pixel_bytes) {
    gegl_buffer_get(buffer_.get(), &*block, 1.0, as, band.data() + left * pixel_bytes,
                    box_.width * static_cast<int>(pixel_bytes), GEGL_ABYSS_NONE);
  };
  if (format.exact && !format.has_alpha) return read(band_.wire, format.wire, format.wire_bytes());
  read(band_.native, format.native, format.native_bytes());

  const Babl* to_wire = babl_fish(format.plain_native, format.plain_wire);
  const Babl* to_wire_alpha =
      format.has_alpha ? babl_fish(format.plain_native, format.plain_wire_alpha) : nullptr;
  if (format.has_alpha && !alpha_fill_) alpha_fill_.emplace(buffer_.get(), box_, format);
  for (int row = 0; row < band_.rows; ++row) {
    const std::size_t first =
        static_cast<std::size_t>(row) * static_cast<std::size_t>(box_.width) + left;
    const auto part_of = [&](std::vector<std::byte>& band, std::size_t pixel_bytes) {
      return std::span(band).subspan(first * pixel_bytes, width * pixel_bytes);
    };
    const auto native = part_of(band_.native, format.native_bytes());
    convert(to_wire, native, part_of(band_.wire, format.wire_bytes()), width);
    if (!format.has_alpha) continue;
    const auto wire_alpha = part_of(band_.wire_alpha, format.wire_alpha_bytes());
    convert(to_wire_alpha, native, wire_alpha, width);
    if (alpha_fill_->has_work(wire_alpha)) band_.blocks = alpha_fill_->blocks();
  }
}

Result<void> LayerExport::fill_block() {
  if (looked_) {
    alpha_fill_->fill(--band_.blocks, next_row_, band_.rows, band_.wire_alpha, band_.wire);
    return {};
  }
  looked_ = alpha_fill_->look();
  if (looked_ && !alpha_fill_->shows())
    return fail(ErrorKind::bad_argument,
                _("There is nothing to sharpen: all of it is transparent."),
                _("Choose another layer, or another part of it."));
  return {};
}

Result<void> LayerExport::write_slice() {
  const int first = band_.written;
  const int rows = rows_of_slice(
      band_.rows - first, static_cast<std::size_t>(box_.width) * snapshot_->format.native_bytes());
  const auto part_of = [&](const std::vector<std::byte>& band) {
    const std::size_t row_bytes = band.size() / static_cast<std::size_t>(band_.rows);
    return std::span(band).subspan(static_cast<std::size_t>(first) * row_bytes,
                                   static_cast<std::size_t>(rows) * row_bytes);
  };
  if (snapshot_->rows)
    if (auto kept = snapshot_->rows->append(part_of(band_.native)); !kept) return kept;
  if (auto written = writer_->write(part_of(band_.wire)); !written) return written;
  band_.written += rows;
  if (band_.written < band_.rows) return {};
  next_row_ += std::exchange(band_.rows, 0);
  return {};
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
  upload.channels = snapshot_->format.channels;
  upload.bits = snapshot_->format.bits;
  return upload;
}

}  // namespace sharpen
