#pragma once

#include <vector>

#include "service/engine/math/fft.h"
#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// The least-squares problem of a kernel k that makes gradients of a sharp picture those of a
/// blurred one, as correlations, which add up over pictures.
struct KernelProblem {
  explicit KernelProblem(int side);
  int side;           ///< of the square kernel, odd
  Plane products;     ///< of sharp gradients at offsets of up to side - 1; 2 side - 1 a side
  Plane projections;  ///< of sharp with blurred gradients at offsets of up to side / 2
};

/// The correlations of one pair of pictures of the transform's size (periodic) under a window that
/// leaves out what is not known.
void add_correlations(const Plane& sharp, const Plane& blurred, const Plane& window, const Fft& fft,
                      KernelProblem& problem);

/// The kernel without negative values, of sum 1, that solves the problem with a ridge of this part
/// of the sharp gradients' power. Starts at `kernel`.
[[nodiscard]] Plane solve_kernel(const KernelProblem& problem, Plane kernel, double ridge);

}  // namespace sharpen::engine
