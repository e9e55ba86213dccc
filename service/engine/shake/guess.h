#pragma once

#include <array>
#include <optional>
#include <span>
#include <stop_token>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/decode/tone.h"
#include "service/engine/estimate/jpeg_noise.h"
#include "service/engine/judge/trial.h"

namespace sharpen::engine {

/// The shake that edges in `boxes` show, in linear light or encoded, if it is long and if the
/// picture's mean spectrum, which is told nothing of edges, agrees with it more than with no blur
/// at all. Errors: io; cancelled.
[[nodiscard]] Result<std::optional<Candidate>> guess_shake(
    const PixelStore& picture, std::span<const Box> boxes, const std::optional<JpegNoise>& jpeg,
    const std::array<ToneCurve, 3>& tones, unsigned threads, const std::stop_token& stop);

}  // namespace sharpen::engine
