#include "image/png_chunks.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "image/deflate.h"
#include "image/icc_chunk.h"

namespace sharpen {
namespace {

/// PNG 1.2, 4.1.1: gray 0, RGB 2, gray + alpha 4, RGB + alpha 6.
std::byte colour_type(int channels) {
  constexpr std::array<std::uint8_t, 4> kTypes = {0, 4, 2, 6};
  return std::byte{kTypes[static_cast<std::size_t>(channels - 1)]};
}

}  // namespace

PngChunkHeader parse_png_chunk_header(std::span<const std::byte, kPngChunkHeaderBytes> bytes) {
  PngChunkHeader header = {.data_bytes = big_endian_at(bytes), .type = {}};
  std::memcpy(header.type.data(), bytes.data() + 4, header.type.size());
  return header;
}

std::uint32_t png_chunk_crc(const PngChunkType& type, std::span<const std::byte> data) {
  return crc32_of(data, crc32_of(std::as_bytes(std::span(type))));
}

std::uint32_t big_endian_at(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (const std::byte byte : bytes.first(4))
    value = value << 8 | std::to_integer<std::uint32_t>(byte);
  return value;
}

std::array<std::byte, 4> big_endian(std::uint32_t value) {
  return {std::byte(value >> 24), std::byte(value >> 16), std::byte(value >> 8), std::byte(value)};
}

std::span<const std::byte> frame_png_chunk(std::span<std::byte> room, const PngChunkType& type,
                                           std::size_t data_bytes) {
  const auto data = room.subspan(kPngChunkHeaderBytes, data_bytes);
  std::ranges::copy(big_endian(static_cast<std::uint32_t>(data_bytes)), room.begin());
  std::ranges::copy(std::as_bytes(std::span(type)), room.begin() + 4);
  std::ranges::copy(big_endian(png_chunk_crc(type, data)), data.end());
  return room.first(kPngChunkHeaderBytes + data_bytes + kPngChunkCrcBytes);
}

bool write_bytes(std::FILE* file, std::span<const std::byte> bytes) {
  return std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
}

bool write_png_chunk(std::FILE* file, const PngChunkType& type, std::span<const std::byte> data) {
  std::vector<std::byte> room(kPngChunkHeaderBytes + data.size() + kPngChunkCrcBytes);
  std::ranges::copy(data, room.begin() + kPngChunkHeaderBytes);
  return write_bytes(file, frame_png_chunk(room, type, data.size()));
}

bool write_png_header(std::FILE* file, const PictureInfo& info) {
  std::array<std::byte, 13> header = {};
  std::ranges::copy(big_endian(info.width), header.begin());
  std::ranges::copy(big_endian(info.height), header.begin() + 4);
  header[8] = static_cast<std::byte>(info.bits);
  header[9] = colour_type(info.channels);
  return write_bytes(file, std::as_bytes(std::span(kPngSignature))) &&
         write_png_chunk(file, {'I', 'H', 'D', 'R'}, header) &&
         (info.icc_profile.empty() ||
          write_png_chunk(file, kPngProfile, pack_icc_chunk(info.icc_profile)));
}

}  // namespace sharpen
