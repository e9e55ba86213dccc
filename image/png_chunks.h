#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string_view>

#include "image/picture.h"

namespace sharpen {

/// PNG 1.2, chapter 3: length and type before a chunk's data, a CRC of type and data after it.
using PngChunkType = std::array<char, 4>;
inline constexpr PngChunkType kPngProfile = {'i', 'C', 'C', 'P'};
inline constexpr PngChunkType kPngData = {'I', 'D', 'A', 'T'};
inline constexpr PngChunkType kPngEnd = {'I', 'E', 'N', 'D'};
inline constexpr std::size_t kPngChunkHeaderBytes = 8;
inline constexpr std::size_t kPngChunkCrcBytes = 4;
inline constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);

struct PngChunkHeader {
  std::uint32_t data_bytes;
  PngChunkType type;
};

[[nodiscard]] PngChunkHeader parse_png_chunk_header(
    std::span<const std::byte, kPngChunkHeaderBytes> bytes);
[[nodiscard]] std::uint32_t png_chunk_crc(const PngChunkType& type,
                                          std::span<const std::byte> data);
/// The number in the first four of `bytes`, and the reverse.
[[nodiscard]] std::uint32_t big_endian_at(std::span<const std::byte> bytes);
[[nodiscard]] std::array<std::byte, 4> big_endian(std::uint32_t value);

/// Frames data that stands in `room` at kPngChunkHeaderBytes, with room for the CRC behind it.
/// Returns the whole chunk.
std::span<const std::byte> frame_png_chunk(std::span<std::byte> room, const PngChunkType& type,
                                           std::size_t data_bytes);

/// These return whether the disk took it.
[[nodiscard]] bool write_bytes(std::FILE* file, std::span<const std::byte> bytes);
[[nodiscard]] bool write_png_chunk(std::FILE* file, const PngChunkType& type,
                                   std::span<const std::byte> data);
/// The signature, IHDR and, if there is a profile, iCCP.
[[nodiscard]] bool write_png_header(std::FILE* file, const PictureInfo& info);

}  // namespace sharpen
