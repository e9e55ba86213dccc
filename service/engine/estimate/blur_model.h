#pragma once

#include <memory>
#include <string_view>

#include "service/engine/math/fft.h"
#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// The kinds of blur that are searched for.
enum class Family { none, disk, gauss, motion, shake };

[[nodiscard]] std::string_view name_of(Family family);

/// One blur: what the optics or the hand did to a sharp picture.
struct Blur {
  Family family = Family::none;
  double size = 0;   ///< disk: radius, gauss: standard deviation, motion, shake: length; pixels
  double angle = 0;  ///< motion: degrees, counted from the x axis to the y axis (downwards)
  std::shared_ptr<const Plane> path = {};  ///< shake: the point spread function, of odd sides
  double edge = 0;                         ///< disk: how wide its rim is, in pixels

  [[nodiscard]] bool operator==(const Blur&) const = default;
};

/// How far the blur spreads a point, in pixels from its centre.
[[nodiscard]] int reach(const Blur& blur);

/// The point spread function with its centre in the middle pixel, sum 1, odd sides.
[[nodiscard]] Plane point_spread(const Blur& blur);

/// Its transfer function on pictures of the transform's size; not for a shake.
[[nodiscard]] Plane transfer_function(const Blur& blur, const Fft& fft);

/// Likewise for any kernel that is symmetric about its middle pixel, which makes it real.
[[nodiscard]] Plane transfer_function(const Plane& kernel, const Fft& fft);

/// The transfer function of any kernel about its middle pixel.
[[nodiscard]] HalfSpectrum complex_transfer(const Plane& kernel, const Fft& fft);

}  // namespace sharpen::engine
