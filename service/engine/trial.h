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

/// What the result of undoing a candidate's blur looks like.
struct Trial {
  /// How little it explains: the logarithm of how rough the result is (the wrong domain rings,
  /// which a spectrum may not show), some of the deviance, and for a disk how much of the result is
  /// none: what is beyond black and white, or misses the picture when it is blurred again.
  double doubt = 0;
  double beyond = 0;  ///< the part of the values beyond black and white, further than noise goes
};

/// Undoes each candidate's blur in some boxes of the picture. The least doubt is best, among
/// candidates of one family and about one size. Errors: io; cancelled.
[[nodiscard]] Result<std::vector<Trial>> try_candidates(const PixelStore& picture,
                                                        std::span<const Box> boxes,
                                                        std::span<const Candidate> candidates,
                                                        const Deconvolution& how, unsigned threads,
                                                        const std::stop_token& stop);

}  // namespace sharpen::engine
