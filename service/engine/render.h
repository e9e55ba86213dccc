#pragma once

#include <functional>
#include <stop_token>

#include "service/engine/analysis.h"
#include "service/engine/deconvolve.h"
#include "service/engine/pixel_store.h"

namespace sharpen::engine {

/// Receives finished rows from top to bottom, as bytes like those of the picture.
using RowSink = std::function<Result<void>(std::span<const std::byte>)>;

/// Undoes the blur of the pixels in `area`, tile by tile, and hands their rows to `sink`.
/// `amount` of 0 … 1 goes into the picture. Errors: io; cancelled; what the sink returns.
[[nodiscard]] Result<void> render(const PixelStore& picture, const Box& area, const Blur& blur,
                                  const Deconvolution& how, double amount, unsigned threads,
                                  const RowSink& sink, const std::function<void(double)>& progress,
                                  const std::stop_token& stop);

/// Hands the rows of `area` to `sink` as they are.
[[nodiscard]] Result<void> copy_rows(const PixelStore& picture, const Box& area,
                                     const RowSink& sink);

}  // namespace sharpen::engine
