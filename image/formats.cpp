#include "image/formats.h"

#include <algorithm>

#include "base/i18n.h"

namespace sharpen {
namespace {

/// What a picture that has to be held whole (an interlaced PNG) or in part (TIFF tiles) may take.
constexpr std::uint64_t kMaxBytesInMemory = 1u << 30;

}  // namespace

Result<std::uint32_t> RowReader::read(std::span<std::byte> rows) {
  if (error_) return std::unexpected(*error_);
  const std::uint32_t left = info_.height - next_row_;
  const auto count =
      static_cast<std::uint32_t>(std::min<std::size_t>(left, rows.size() / info_.bytes_per_row()));
  if (count == 0) return 0;
  if (auto done = without_exceptions([&] { return read_checked(rows.data(), count); }); !done) {
    error_ = done.error();
    return std::unexpected(*error_);
  }
  return count;
}

Result<void> RowReader::read_checked(std::byte* rows, std::uint32_t count) {
  if (auto done = read_rows(rows, count); !done) return done;
  next_row_ += count;
  return next_row_ == info_.height ? end() : Result<void>();
}

Result<void> RowWriter::write(std::span<const std::byte> rows) {
  if (error_) return std::unexpected(*error_);
  const std::size_t count = rows.size() / info_.bytes_per_row();
  if (rows.size() % info_.bytes_per_row() != 0 || count > info_.height - next_row_)
    return fail(ErrorKind::internal, _("The rows of a picture do not fit its size."));
  if (count == 0) return {};
  auto done = without_exceptions(
      [&] { return write_rows(rows.data(), static_cast<std::uint32_t>(count)); });
  if (!done) error_ = done.error();
  next_row_ += static_cast<std::uint32_t>(count);
  return done;
}

Result<void> RowWriter::finish() {
  if (error_) return std::unexpected(*error_);
  if (finished_ || next_row_ != info_.height)
    return fail(ErrorKind::internal, _("The rows of a picture do not fit its size."));
  finished_ = true;
  return without_exceptions([&] { return end(); });
}

Result<void> check_limits(const PictureInfo& info, const PictureLimits& limits) {
  if (info.width == 0 || info.height == 0)
    return fail(ErrorKind::bad_picture, _("The picture has no pixels."));
  if (info.width > limits.max_side || info.height > limits.max_side)
    return fail(ErrorKind::too_large,
                tr("The picture has {} × {} pixels, but a side may have {} at most.", info.width,
                   info.height, limits.max_side),
                _("Scale it down or sharpen a part of it."));
  if (std::uint64_t{info.width} * info.height > limits.max_pixels)
    return fail(ErrorKind::too_large,
                tr("The picture has {:.0f} megapixels, but {:.0f} are the limit.",
                   info.megapixels(), double(limits.max_pixels) / 1e6),
                _("Scale it down or sharpen a part of it."));
  if (info.icc_profile.size() > limits.max_icc_bytes)
    return fail(ErrorKind::too_large, _("The picture's colour profile is too large."),
                _("Convert the picture to a common profile, for example sRGB."));
  return {};
}

Result<void> check_memory(std::uint64_t bytes) {
  if (bytes <= kMaxBytesInMemory) return {};
  return fail(ErrorKind::too_large, _("The picture cannot be read in parts and is too large."),
              _("Save it again as a PNG without interlacing, or as a TIFF in strips."));
}

Error out_of_memory() {
  return {ErrorKind::too_large, _("There is not enough memory for this picture."),
          _("Close other programs, or sharpen a part of it.")};
}

Error damaged(FileFormat format, std::string_view detail) {
  return {ErrorKind::bad_picture,
          tr("The picture is damaged or incomplete ({}: {}).", name_of(format), detail),
          _("Save or download it again, then try again.")};
}

Error unsupported(FileFormat format, std::string_view kind) {
  return {ErrorKind::bad_picture,
          tr("This kind of picture cannot be read ({}: {}).", name_of(format), kind),
          _("Save it as an RGB or gray picture of 8 or 16 bits, then try again.")};
}

}  // namespace sharpen
