#pragma once

#include <array>
#include <stop_token>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/decode/tone.h"
#include "service/engine/engine.h"
#include "service/engine/estimate/estimate.h"
#include "service/engine/estimate/focus_map.h"
#include "service/engine/models.h"

namespace sharpen::engine {

/// What is wrong with a picture, as far as it can be told from the picture alone.
struct Analysis {
  Blur blur;                  ///< family none: leave it as it is
  double noise = 0;           ///< standard deviation of encoded values, scale 0 … 1
  double confidence = 0;      ///< 0 … 1; of a uniform blur, how much of the spectrum it explains
  bool linear_light = false;  ///< where the blur happened
  bool too_small = false;     ///< or flat: nothing could be measured
  FocusMap map;               ///< where and how far it is blurred; empty if everywhere alike
};

/// Looks at up to some thousand blocks of the whole picture.
/// Errors: io; cancelled.
[[nodiscard]] Result<Analysis> analyse(const PixelStore& picture, const ModelTraits& model,
                                       const std::array<ToneCurve, 3>& tones, unsigned threads,
                                       const std::stop_token& stop);

/// Likewise with a blur that was chosen by hand: what was left open (its size, its angle, the
/// domain, the noise) is measured. Family none if no size was given and none can be measured.
[[nodiscard]] Result<Analysis> analyse_by_hand(const PixelStore& picture, const Settings& settings,
                                               const std::array<ToneCurve, 3>& tones,
                                               unsigned threads, const std::stop_token& stop);

}  // namespace sharpen::engine
