#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace sharpen::server {

/// Tells the time in Unix seconds.
using Clock = std::function<std::int64_t()>;

/// The machine's clock, ahead by the number of seconds in a file (tests); none if `ahead_file` is
/// empty.
[[nodiscard]] Clock machine_clock(const std::string& ahead_file);

}  // namespace sharpen::server
