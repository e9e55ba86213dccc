#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/error.h"

namespace sharpen {

/// The data of a PNG's iCCP chunk: a name, and the profile as a zlib stream (PNG 1.2, 4.2.2.4).
/// Errors: bad_picture, and too_large as soon as the unpacked profile passes `max_bytes`.
[[nodiscard]] Result<std::vector<std::byte>> unpack_icc_chunk(std::span<const std::byte> chunk,
                                                              std::size_t max_bytes);
[[nodiscard]] std::vector<std::byte> pack_icc_chunk(std::span<const std::byte> profile);

}  // namespace sharpen
