#pragma once

#include <span>

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// Turns red, green and blue into an orthonormal luma and two colour differences, in place, so that
/// white noise stays white and as strong. One plane stays as it is.
void to_opponent(std::span<Plane> channels);
/// The way back.
void from_opponent(std::span<Plane> channels);

}  // namespace sharpen::engine
