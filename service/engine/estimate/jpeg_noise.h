#pragma once

#include <array>
#include <optional>

#include "image/picture.h"
#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// The quantisation noise of a JPEG's luminance: its variance for each pair of horizontal and
/// vertical DCT frequency, in the units of read_luma().
using JpegNoise = std::array<double, 64>;

/// From the file's own table; nothing for a picture that was never a JPEG.
[[nodiscard]] std::optional<JpegNoise> jpeg_noise(const PictureInfo& info);

/// What the quantisation adds to each channel's variance of noise at the frequencies that a
/// deconvolution lifts most.
[[nodiscard]] double lifted_variance(const JpegNoise& noise);

/// Its power at a frequency in cycles per pixel.
[[nodiscard]] float jpeg_noise_at(const JpegNoise& noise, double u, double v);

/// Sets `use` to 0 where a block's mean spectrum shows the borders of the JPEG's blocks, and beyond
/// the frequencies that its quantisation has left.
void leave_out_quantised(const Plane& power, const Plane& noise, Plane& use);

}  // namespace sharpen::engine
