#pragma once

#include <libsoup/soup.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "service/http/answer.h"

namespace sharpen::server {

/// A part of a file: [first, last].
struct ByteRange {
  std::uint64_t first = 0, last = 0;
  [[nodiscard]] bool operator==(const ByteRange&) const = default;
};

enum class RangeKind { whole, part, unsatisfiable };
struct RangeAnswer {
  RangeKind kind = RangeKind::whole;
  ByteRange range;
};
/// Reads a Range header (RFC 9110, section 14) for a file of `size` bytes. What is not one range of
/// bytes is ignored, as the standard allows.
[[nodiscard]] RangeAnswer range_from(std::string_view header, std::uint64_t size);

/// Sends a file piece by piece, so that only one piece is in memory. Sets the headers and the
/// status: `status`, or 206, 404 or 416.
void stream_file(SoupServerMessage* message, const FileBody& file, unsigned status);

}  // namespace sharpen::server
