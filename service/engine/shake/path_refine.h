#pragma once

#include <span>
#include <stop_token>

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// Betters a point spread function, whose power spectrum is about right, from boxes of luma that it
/// blurred: what makes the edges of a sharpened picture (by an L0 prior on the gradients: Xu, Zheng
/// and Jia 2013; Pan et al. 2014) those of the blurred one, near `start`. Of the same sides;
/// anything when asked to stop.
[[nodiscard]] Plane refine_kernel(std::span<const Plane> boxes, const Plane& start,
                                  const std::stop_token& stop);

}  // namespace sharpen::engine
