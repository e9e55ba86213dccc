#pragma once

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// How much of a deconvolution to trust at each pixel, 0 … 1: little where its result, blurred
/// again, misses the picture by clearly more than noise. That happens where something is sharper
/// than the blur allows, moves otherwise, or is clipped. `residual` is in standard deviations.
[[nodiscard]] Plane trust(const Plane& residual, int reach);

/// The mean over a square of side 2 * radius + 1, smaller at the borders.
[[nodiscard]] Plane box_mean(const Plane& picture, int radius);

/// Pulls in what sticks out of its eight neighbours by more than half of what these differ:
/// single pixels that a deconvolution drove too far. `noise` is a standard deviation.
void take_specks(Plane& picture, float noise);

}  // namespace sharpen::engine
