#pragma once

#include <array>
#include <span>
#include <stop_token>
#include <vector>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/deconvolve/deconvolve.h"

namespace sharpen::engine {

/// One explanation of a picture's blur.
struct Candidate {
  Blur blur;
  bool linear_light = false;
  double deviance = 0;  ///< of its spectrum, a line's less its contrast (see Fit)
};

/// What the result of undoing a candidate's blur looks like.
struct Trial {
  /// The logarithm of how rough the result is (the wrong domain rings, which a spectrum may not
  /// show), and some of the candidate's deviance.
  double ringing = 0;
  double missed = 0;  ///< the part of the picture that the result, blurred again, misses
  /// The part of the values beyond black and white, further than noise goes; in linear light, where
  /// values are held in their range, such a result misses the picture instead.
  double beyond = 0;
};

/// Undoes each candidate's blur in some boxes of the picture. The least ringing is best, among
/// candidates of one family and about one size. Errors: io; cancelled.
[[nodiscard]] Result<std::vector<Trial>> try_candidates(const PixelStore& picture,
                                                        std::span<const Box> boxes,
                                                        std::span<const Candidate> candidates,
                                                        const Deconvolution& how, unsigned threads,
                                                        const std::stop_token& stop);

}  // namespace sharpen::engine
