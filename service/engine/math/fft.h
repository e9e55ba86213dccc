#pragma once

#include <span>

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// The real Fourier transform of one picture size. Both directions may be called from several
/// threads at a time, on planes of this size.
class Fft {
 public:
  Fft(int width, int height);
  ~Fft();
  Fft(const Fft&) = delete;
  Fft& operator=(const Fft&) = delete;

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }

  void forward(const Plane& picture, HalfSpectrum& spectrum) const;
  /// Scaled, so that it undoes forward(). Destroys `spectrum`.
  void inverse(HalfSpectrum& spectrum, Plane& picture) const;
  /// Likewise for a spectrum that was multiplied by scale() already.
  void inverse_scaled(HalfSpectrum& spectrum, Plane& picture) const;
  [[nodiscard]] float scale() const { return 1 / (float(width_) * float(height_)); }

  /// An even length from `at_least` on whose transform is fast.
  [[nodiscard]] static int good_length(int at_least);

  /// Of one side of a transform: nanoseconds for each pixel, as measured with FFTW 3.3.10.
  struct Cost {
    int length;
    float nanoseconds;
  };
  /// The lengths whose transforms are fastest, ascending. Others take up to twice as long.
  [[nodiscard]] static std::span<const Cost> fast_lengths();

 private:
  int width_, height_;
  fftwf_plan forward_, inverse_;
};

}  // namespace sharpen::engine
