#pragma once

#include <stop_token>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/engine.h"
#include "service/engine/known.h"
#include "service/engine/models.h"
#include "service/engine/render/render.h"

namespace sharpen::engine {

/// Sharpens the pixels in `area` of a decoded picture; their rows go to `sink` from top to bottom.
/// What is known of the picture is used and added to. Errors: io; cancelled; what the sink returns.
[[nodiscard]] Result<Report> sharpen_pixels(const PixelStore& picture, const Box& area,
                                            const ModelTraits& model, const Settings& settings,
                                            const RowSink& sink, const Progress& progress,
                                            const std::stop_token& stop, Known& known);
/// Of a picture of which nothing is known.
[[nodiscard]] Result<Report> sharpen_pixels(const PixelStore& picture, const Box& area,
                                            const ModelTraits& model, const Settings& settings,
                                            const RowSink& sink, const Progress& progress,
                                            const std::stop_token& stop);

}  // namespace sharpen::engine
