#pragma once

#include <array>
#include <cstddef>

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// How many orders of a hand's movement are told apart.
inline constexpr std::size_t kOrders = 6;

/// The path that a shaken hand draws during an exposure: in each direction a series of Legendre
/// polynomials of time, from the first order on, in pixels. Its centre of mass is 0; the first
/// order alone is a straight line.
struct Path {
  std::array<double, kOrders> x{}, y{};
};

/// The point spread function about the middle pixel, sum 1, odd sides.
[[nodiscard]] Plane point_spread(const Path& path);

/// In pixels.
[[nodiscard]] double length_of(const Path& path);

/// The path turned by half a circle: of the same power spectrum.
[[nodiscard]] Path turned(const Path& path);

inline constexpr std::size_t kPaces = 16;
/// How far it goes in each sixteenth of the time, over the mean.
[[nodiscard]] std::array<double, kPaces> paces(const Path& path);

/// How alike two point spread functions are, 1 for the same: their normalised correlation, shifted
/// by up to two pixels.
[[nodiscard]] double likeness(const Plane& a, const Plane& b);

}  // namespace sharpen::engine
