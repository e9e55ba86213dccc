#pragma once

#include <array>
#include <span>
#include <vector>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/decode/tone.h"

namespace sharpen::engine {

/// The luma of a box, of encoded values or, with `tones`, in linear light; scaled so that its noise
/// is as strong as that of one channel. Errors: io.
[[nodiscard]] Result<Plane> read_luma(const PixelStore& picture, const Box& box,
                                      const std::array<ToneCurve, 3>* tones);

/// Likewise of several boxes.
[[nodiscard]] Result<std::vector<Plane>> read_lumas(const PixelStore& picture,
                                                    std::span<const Box> boxes,
                                                    const std::array<ToneCurve, 3>* tones);

/// The value of read_luma() above which a pixel counts as clipped.
[[nodiscard]] inline float clipped_luma(const PixelStore& picture) {
  return 0.985f * (picture.colours() == 3 ? 1.7320508f : 1.0f);
}

}  // namespace sharpen::engine
