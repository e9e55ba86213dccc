#include "image/picture.h"

#include <algorithm>
#include <cstring>

namespace sharpen {

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
  if (begins_with("II*\0"sv) || begins_with("MM\0*"sv)) return FileFormat::tiff;
  return {};
}

}  // namespace sharpen
