#pragma once

#include <vector>

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// Working memory of one denoiser, kept between calls by one thread.
struct DctScratch {
  std::vector<float, FftAllocator<float>> columns, products, sums, weights;
  Plane weight;
};

/// Removes white noise by hard thresholding of all overlapping 8x8 cosine transforms.
/// `threshold` is in the units of the picture; `local`, if not empty, multiplies it at the block's
/// upper left pixel. `row_step` is the distance of block rows: 1 best, 4 fast.
void dct_denoise(const Plane& from, Plane& to, float threshold, const Plane& local, int row_step,
                 DctScratch& scratch);

}  // namespace sharpen::engine
