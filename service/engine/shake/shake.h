#pragma once

#include <optional>
#include <span>
#include <stop_token>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/estimate/jpeg_noise.h"
#include "service/engine/judge/trial.h"

namespace sharpen::engine {

/// The path of a shaken hand, if one explains the picture's spectrum far better than every simple
/// blur, and so that what one half of the picture says holds in the other; the spectrum does not
/// tell it from the path turned by half a circle, but undone in a picture that was not shaken
/// one would ring as the other. It is bettered from `boxes`. `how` has the noise and the curves.
/// Errors: io; cancelled.
[[nodiscard]] Result<std::optional<Candidate>> find_shake(
    const PixelStore& picture, std::span<const Box> boxes, const std::optional<JpegNoise>& jpeg,
    const Deconvolution& how, unsigned threads, const std::stop_token& stop);

}  // namespace sharpen::engine
