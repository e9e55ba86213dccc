#pragma once

#include <optional>
#include <span>
#include <stop_token>

#include "service/engine/estimate.h"
#include "service/engine/focus_map.h"
#include "service/engine/pixel_store.h"
#include "service/engine/tone.h"

namespace sharpen::engine {

/// Estimates the focus of up to some hundred windows of a picture.
/// Empty if the picture is too small. Errors: io; cancelled.
[[nodiscard]] Result<FocusMap> scan_focus(const PixelStore& picture,
                                          const std::optional<JpegNoise>& jpeg,
                                          const std::array<ToneCurve, 3>& tones, double max_radius,
                                          unsigned threads, const std::stop_token& stop);

/// The mean spectrum of the blurred cells. Errors: io; cancelled.
[[nodiscard]] Result<Plane> blurred_power(const PixelStore& picture, const FocusMap& map,
                                          const std::array<ToneCurve, 3>* tones, unsigned threads,
                                          const std::stop_token& stop);

}  // namespace sharpen::engine
