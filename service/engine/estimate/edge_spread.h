#pragma once

#include <stop_token>

#include "service/engine/decode/pixel_store.h"

namespace sharpen::engine {

/// How far the sharpest edges of a picture are spread.
struct EdgeSpread {
  int edges = 0;     ///< how many straight, lone edges were measured
  double sigma = 0;  ///< of a Gauss, in pixels: a tenth of them is spread less
};

/// Fits the integral of a Gauss to profiles across edges of encoded luma, all over the picture:
/// nothing is sharper in it than its blur allows, whatever else its spectrum is made of. `expected`
/// is about how large the blur is, in pixels; `noise` a standard deviation. Errors: io; cancelled.
/// The idea: J. Elder, S. Zucker, Local scale control for edge detection and blur estimation, 1998.
[[nodiscard]] Result<EdgeSpread> measure_edges(const PixelStore& picture, double expected,
                                               double noise, unsigned threads,
                                               const std::stop_token& stop);

}  // namespace sharpen::engine
