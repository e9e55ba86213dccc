#pragma once

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// The squared absolute value of a transfer function at a block's frequencies as a Hann-windowed
/// block shows it: leaked into the neighbouring frequencies, and nowhere 0.
[[nodiscard]] Plane leaked_square(const HalfSpectrum& transfer);

}  // namespace sharpen::engine
