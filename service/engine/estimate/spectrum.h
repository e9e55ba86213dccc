#pragma once

#include <vector>

#include "service/engine/math/fft.h"
#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// Sides of the square blocks whose spectra are averaged, in pixels.
inline constexpr int kBlock = 128;

/// The power spectrum of one block under a Hann window, scaled so that white noise of variance v
/// reads v at every frequency; kBlock / 2 + 1 columns, kBlock rows.
class BlockSpectrum {
 public:
  BlockSpectrum();

  /// Adds the spectrum of the block whose upper left corner is (x, y) of `luma` to `sum`.
  void add(const Plane& luma, int x, int y, Plane& sum) const;

  [[nodiscard]] const Fft& fft() const { return fft_; }

 private:
  Fft fft_;
  std::vector<float> window_;
  float scale_ = 1;
};

/// The frequency of a row or column of a block's spectrum in cycles per pixel, -0.5 … 0.5.
[[nodiscard]] inline double frequency(int index) {
  return double(index < kBlock / 2 + 1 ? index : index - kBlock) / kBlock;
}

/// A quick measure of the detail in a block, to choose among blocks: the variance that a small
/// band pass leaves, or a negative number if more than 2 % of the block is clipped.
[[nodiscard]] float block_detail(const Plane& luma, int x, int y, float white);

}  // namespace sharpen::engine
