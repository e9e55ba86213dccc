#include "image/picture.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/i18n.h"
#include "image/file_handle.h"
#include "image/formats.h"

namespace sharpen {

namespace {

ReaderResult open_as(FileFormat format, const std::filesystem::path& file,
                     const PictureLimits& limits) {
  switch (format) {
    case FileFormat::png:
      return open_png(file, limits);
    case FileFormat::jpeg:
      return open_jpeg(file, limits);
    case FileFormat::tiff:
      return open_tiff(file, limits);
  }
  std::unreachable();
}

WriterResult create_as(FileFormat format, const std::filesystem::path& file,
                       const PictureInfo& info, const WriteOptions& options) {
  switch (format) {
    case FileFormat::png:
      return create_png(file, info, options);
    case FileFormat::jpeg:
      return create_jpeg(file, info, options);
    case FileFormat::tiff:
      return create_tiff(file, info);
  }
  std::unreachable();
}

}  // namespace

std::string_view name_of(FileFormat format) {
  switch (format) {
    case FileFormat::png:
      return "png";
    case FileFormat::jpeg:
      return "jpeg";
    case FileFormat::tiff:
      return "tiff";
  }
  return {};
}

std::string_view media_type_of(FileFormat format) {
  switch (format) {
    case FileFormat::png:
      return "image/png";
    case FileFormat::jpeg:
      return "image/jpeg";
    case FileFormat::tiff:
      return "image/tiff";
  }
  return {};
}

std::optional<FileFormat> sniff(std::span<const std::byte> first_bytes) {
  using namespace std::string_view_literals;
  const auto begins_with = [&](std::string_view magic) {
    return first_bytes.size() >= magic.size() &&
           std::memcmp(first_bytes.data(), magic.data(), magic.size()) == 0;
  };
  if (begins_with("\x89PNG\r\n\x1a\n"sv)) return FileFormat::png;
  if (begins_with("\xff\xd8\xff"sv)) return FileFormat::jpeg;
  // Also BigTIFF, whose version is 43 instead of 42.
  for (const auto magic : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv})
    if (begins_with(magic)) return FileFormat::tiff;
  return {};
}

std::string_view name_of_other_format(std::span<const std::byte> first_bytes) {
  using namespace std::string_view_literals;
  struct Magic {
    std::size_t at;
    std::string_view bytes, name;
  };
  static constexpr auto kFormats = std::to_array<Magic>({
      {8, "WEBP", "WebP"},
      {4, "ftypavif", "AVIF"},
      {4, "ftypavis", "AVIF"},
      {4, "ftyphei", "HEIC"},
      {4, "ftypmif1", "HEIC"},
      {0, "\xff\x0a", "JPEG XL"},
      {4, "JXL ", "JPEG XL"},
      {4, "jP  ", "JPEG 2000"},
      {0, "GIF8", "GIF"},
      {0, "BM", "BMP"},
      {0, "gimp xcf", "XCF"},
      {0, "8BPS", "Photoshop"},
      {0, "v/1\x01", "OpenEXR"},
  });
  for (const Magic& magic : kFormats)
    if (first_bytes.size() >= magic.at + magic.bytes.size() &&
        std::memcmp(first_bytes.data() + magic.at, magic.bytes.data(), magic.bytes.size()) == 0)
      return magic.name;
  return {};
}

Result<std::unique_ptr<PictureReader>> open_picture(const std::filesystem::path& file,
                                                    const PictureLimits& limits) {
  std::array<std::byte, 12> first_bytes = {};
  {
    const auto opened = open_to_read(file);
    if (!opened) return std::unexpected(opened.error());
    std::fread(first_bytes.data(), 1, first_bytes.size(), opened->get());
    if (std::ferror(opened->get())) return std::unexpected(read_error(file, errno));
  }
  const auto format = sniff(first_bytes);
  if (!format) {
    const auto other = name_of_other_format(first_bytes);
    return fail(ErrorKind::bad_picture,
                other.empty() ? _("The file is neither a PNG nor a JPEG nor a TIFF.")
                              : tr("Files in the format {} cannot be read.", other),
                _("Save the picture as a PNG, JPEG or TIFF, then try again."));
  }
  return without_exceptions([&] { return open_as(*format, file, limits); });
}

Result<std::unique_ptr<PictureWriter>> create_picture(const std::filesystem::path& file,
                                                      FileFormat format, const PictureInfo& info,
                                                      const WriteOptions& options) {
  constexpr std::uint32_t kMaxSide = 0x7fffffff;  // PNG 1.2, 4.1.1
  const bool sound = info.width > 0 && info.width <= kMaxSide && info.height > 0 &&
                     info.height <= kMaxSide && info.channels >= 1 && info.channels <= 4 &&
                     (info.bits == 8 || info.bits == 16);
  if (!sound) return fail(ErrorKind::bad_argument, _("This kind of picture cannot be written."));
  return without_exceptions([&] { return create_as(format, file, info, options); });
}

}  // namespace sharpen
