#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace sharpen {

/// Bytes moved so far and in all (0 if unknown).
using Transfer = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// How slow a host may be. Shortened by tests only.
struct DownloadPatience {
  std::chrono::seconds silence{30};
  std::uint64_t least = 32 << 10;  ///< bytes in such a time, and of a try that counts as progress
  int tries = 6;                   ///< in a row without progress
};

}  // namespace sharpen
