#pragma once

#include <optional>
#include <span>
#include <stop_token>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/decode/tone.h"
#include "service/engine/estimate/estimate.h"
#include "service/engine/estimate/focus_map.h"

namespace sharpen::engine {

/// The focus of the windows of a picture, judged by encoded and by linear values.
struct FocusScan {
  struct Reading {
    FocusMap map;
    double deviance = 0;  ///< of what all windows that are blurred in either reading leave
  };
  Reading encoded, linear;
  double noise = 0;  ///< standard deviation of encoded values where the picture is blurred
};

/// Looks at about `cells` windows. A window is blurred if its spectrum shows the zeros of a disk;
/// it cannot be told if it has no detail; else it counts as sharp, and stays as it is. Empty maps
/// if the picture is too small. Errors: io; cancelled.
[[nodiscard]] Result<FocusScan> scan_focus(const PixelStore& picture,
                                           const std::optional<JpegNoise>& jpeg,
                                           const std::array<ToneCurve, 3>& tones, double max_radius,
                                           int cells, unsigned threads,
                                           const std::stop_token& stop);

}  // namespace sharpen::engine
