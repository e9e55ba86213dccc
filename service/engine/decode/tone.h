#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// A tone curve with its inverse, both as tables over 0 … 1 that are read between their entries.
class ToneCurve {
 public:
  /// sRGB's (IEC 61966-2-1).
  ToneCurve();
  /// From samples of the linear value at evenly spaced encoded values, 0 to 1, not falling.
  explicit ToneCurve(std::span<const float> linear_samples);

  void linearise(std::span<float> values) const;
  /// Values below 0 are taken as 0, above 1 as 1.
  void encode(std::span<float> values) const;
  [[nodiscard]] float linear(float encoded) const;
  /// The slope of the linear over the encoded value.
  [[nodiscard]] float slope(float encoded) const;
  /// Whether encoded and linear values are nearly the same.
  [[nodiscard]] bool is_identity() const;

 private:
  void invert();
  std::vector<float> linear_;   ///< over the encoded value
  std::vector<float> encoded_;  ///< over the square root of the linear value
};

/// The curves of the red, green and blue (or the gray) channel that an ICC profile describes; those
/// of sRGB if there is no profile, or one without such curves.
[[nodiscard]] std::array<ToneCurve, 3> tone_curves(std::span<const std::byte> icc_profile);

}  // namespace sharpen::engine
