#pragma once

#include <array>
#include <span>
#include <stop_token>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/decode/tone.h"

namespace sharpen::engine {

/// A Gauss leaves nothing above some frequency; but seen in the domain that it was not made in, the
/// tone curve has bent its edges, and their harmonics are there. 1: at the edges of linear values
/// alone, so it was made in encoded values; -1: at those of encoded values alone. Measured in some
/// boxes of a picture for a Gauss of about `sigma` pixels; `noise` is the standard deviation of
/// encoded values. Errors: io; cancelled.
[[nodiscard]] Result<double> measure_harmonics(const PixelStore& picture,
                                               std::span<const Box> boxes, double sigma,
                                               double noise, const std::array<ToneCurve, 3>& tones,
                                               unsigned threads, const std::stop_token& stop);

}  // namespace sharpen::engine
