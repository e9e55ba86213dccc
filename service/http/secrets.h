#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sharpen::server {

/// Bytes that nobody can guess.
[[nodiscard]] std::string random_bytes(std::size_t count);
/// HMAC-SHA256, in hexadecimal digits.
[[nodiscard]] std::string hmac(std::string_view secret, std::string_view text);
/// Compares secrets in a time that does not depend on where they differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace sharpen::server
