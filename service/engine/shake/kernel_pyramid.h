#pragma once

#include <span>
#include <stop_token>

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// The point spread function of a shaken hand from boxes of luma alone, at most `side` pixels a
/// side, odd: from coarse to fine, each scale bettering what the coarser one found (Xu, Zheng and
/// Jia 2013; Pan et al. 2014). Finds longer and more crooked paths than a mean spectrum shows, and
/// which way round they are, but does not tell how sure that is. Anything when asked to stop.
[[nodiscard]] Plane estimate_kernel(std::span<const Plane> boxes, int side,
                                    const std::stop_token& stop);

/// The length in pixels of a straight line that spreads light as far as a kernel.
[[nodiscard]] double length_of(const Plane& kernel);

}  // namespace sharpen::engine
