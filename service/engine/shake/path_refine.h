#pragma once

#include <span>
#include <stop_token>

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// How a kernel is bettered.
struct Refinement {
  int rounds = 3;
  float edges = 2e-3f;  ///< the weight of the L0 prior; it falls from round to round
  float pull = 0.1f;    ///< towards the start, part of the gradients' power
};

/// Betters a point spread function, whose power spectrum is about right, from boxes of luma that it
/// blurred: what makes the edges of a sharpened picture (by an L0 prior on the gradients: Xu, Zheng
/// and Jia 2013; Pan et al. 2014) those of the blurred one, near `start` as far as `how` says. Of
/// the same sides; anything when asked to stop.
[[nodiscard]] Plane refine_kernel(std::span<const Plane> boxes, const Plane& start,
                                  const Refinement& how, const std::stop_token& stop);

}  // namespace sharpen::engine
