#pragma once

#include <array>
#include <cstddef>
#include <cstring>

namespace sharpen::engine {

/// How many values a loop over a table reads at a time.
inline constexpr std::size_t kLanes = 16;

/// The table's values at the cells and at their followers, side by side: to load pairs takes half
/// the time of two gathers.
inline __attribute__((always_inline)) std::array<float, 2 * kLanes> read_pairs(
    const float* table, const std::array<int, kLanes>& cells) {
  std::array<float, 2 * kLanes> pairs;
  for (std::size_t i = 0; i < kLanes; ++i) {
    std::memcpy(&pairs[2 * i], table + cells[i], 2 * sizeof(float));
  }
  return pairs;
}

/// What lies between a pair at a part of the way.
inline __attribute__((always_inline)) float between(const std::array<float, 2 * kLanes>& pairs,
                                                    std::size_t lane, float part) {
  return pairs[2 * lane] + part * (pairs[2 * lane + 1] - pairs[2 * lane]);
}

}  // namespace sharpen::engine
