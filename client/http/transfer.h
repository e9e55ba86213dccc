#pragma once

#include <cstdint>
#include <functional>

namespace sharpen {

/// Bytes moved so far and in all (0 if unknown).
using Transfer = std::function<void(std::uint64_t done, std::uint64_t total)>;

}  // namespace sharpen
