#include "client/providers/expected_picture.h"

namespace sharpen {

std::uint64_t ExpectedPicture::max_bytes() const {
  constexpr std::uint64_t widest_pixel = 8;  // four channels of 16 bits
  // A profile may take megabytes, and so may the picture of the original in Content Credentials.
  constexpr std::uint64_t metadata = 16 << 20;
  const std::uint64_t raw = std::uint64_t{width} * height * widest_pixel;
  return raw + raw / 10 + metadata;
}

}  // namespace sharpen
