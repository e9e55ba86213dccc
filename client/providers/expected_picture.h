#pragma once

#include <cstdint>

namespace sharpen {

/// What the answer has to be.
struct ExpectedPicture {
  std::uint32_t width = 0, height = 0;

  /// The raw size with alpha and 16 bits, which a service may answer with whatever it was sent, and
  /// 10 %, and some megabytes of metadata.
  [[nodiscard]] std::uint64_t max_bytes() const;
};

}  // namespace sharpen
