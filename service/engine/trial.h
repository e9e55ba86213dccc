#pragma once

#include <array>
#include <span>
#include <stop_token>
#include <vector>

#include "service/engine/deconvolve.h"
#include "service/engine/pixel_store.h"

namespace sharpen::engine {

/// One explanation of a picture's blur.
struct Candidate {
  Blur blur;
  bool linear_light = false;
  double deviance = 0;  ///< of its spectrum, a line's less its contrast (see Fit)
};

/// Undoes each candidate's blur in some boxes of the picture and says how little each explains: the
/// logarithm of how rough its result is (the wrong domain rings, which a spectrum may not show),
/// and some of its deviance. The least is the best. For candidates of one family and about one
/// size. Errors: io; cancelled.
[[nodiscard]] Result<std::vector<double>> try_candidates(const PixelStore& picture,
                                                         std::span<const Box> boxes,
                                                         std::span<const Candidate> candidates,
                                                         const Deconvolution& how, unsigned threads,
                                                         const std::stop_token& stop);

/// The part of the values of a candidate's result that lie beyond black and white, further than
/// noise takes them: no picture has them. Always 0 in linear light. Errors: io; cancelled.
[[nodiscard]] Result<double> measure_beyond(const PixelStore& picture, std::span<const Box> boxes,
                                            const Candidate& candidate, const Deconvolution& how,
                                            unsigned threads, const std::stop_token& stop);

}  // namespace sharpen::engine
