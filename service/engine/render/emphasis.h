#pragma once

#include <span>

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// Steepens edges by an unsharp mask of a small radius, held within the range of the neighbouring
/// pixels plus a little, so that no halo can appear. `amount` is 0 … 1.
void emphasise(std::span<Plane> channels, double amount);

}  // namespace sharpen::engine
