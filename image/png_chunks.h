#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <span>

#include "image/picture.h"

namespace sharpen {

/// Writes a chunk: length, type, data, CRC. Returns whether the disk took it.
[[nodiscard]] bool write_png_chunk(std::FILE* file, const std::array<char, 4>& type,
                                   std::span<const std::byte> data);

/// The signature, IHDR and, if there is a profile, iCCP.
[[nodiscard]] bool write_png_header(std::FILE* file, const PictureInfo& info);

}  // namespace sharpen
