#include "image/png_chunks.h"

#include <zlib.h>

#include <algorithm>
#include <string_view>

#include "image/icc_chunk.h"

namespace sharpen {
namespace {

constexpr std::string_view kSignature("\x89PNG\r\n\x1a\n", 8);

std::array<std::byte, 4> big_endian(std::uint32_t value) {
  return {std::byte(value >> 24), std::byte(value >> 16), std::byte(value >> 8), std::byte(value)};
}

bool write_bytes(std::FILE* file, std::span<const std::byte> bytes) {
  return std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
}

uLong crc_of(uLong crc, std::span<const std::byte> bytes) {
  return crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
}

/// PNG 1.2, 4.1.1: gray 0, RGB 2, gray + alpha 4, RGB + alpha 6.
std::byte colour_type(int channels) {
  constexpr std::array<std::uint8_t, 4> kTypes = {0, 4, 2, 6};
  return std::byte{kTypes[static_cast<std::size_t>(channels - 1)]};
}

}  // namespace

bool write_png_chunk(std::FILE* file, const std::array<char, 4>& type,
                     std::span<const std::byte> data) {
  const auto name = std::as_bytes(std::span(type));
  // An empty span may be null, which crc32_z takes for a request to start anew.
  uLong crc = crc_of(0, name);
  if (!data.empty()) crc = crc_of(crc, data);
  return write_bytes(file, big_endian(static_cast<std::uint32_t>(data.size()))) &&
         write_bytes(file, name) && write_bytes(file, data) &&
         write_bytes(file, big_endian(static_cast<std::uint32_t>(crc)));
}

bool write_png_header(std::FILE* file, const PictureInfo& info) {
  std::array<std::byte, 13> header = {};
  std::ranges::copy(big_endian(info.width), header.begin());
  std::ranges::copy(big_endian(info.height), header.begin() + 4);
  header[8] = static_cast<std::byte>(info.bits);
  header[9] = colour_type(info.channels);
  if (!write_bytes(file, std::as_bytes(std::span(kSignature))) ||
      !write_png_chunk(file, {'I', 'H', 'D', 'R'}, header))
    return false;
  return info.icc_profile.empty() ||
         write_png_chunk(file, {'i', 'C', 'C', 'P'}, pack_icc_chunk(info.icc_profile));
}

}  // namespace sharpen
