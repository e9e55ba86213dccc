#pragma once

#include <memory>

#include "service/engine/plane.h"

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

  /// The smallest even length from `at_least` on whose transform is fast (2, 3, 5, 7 as factors).
  [[nodiscard]] static int good_length(int at_least);

 private:
  int width_, height_;
  fftwf_plan forward_, inverse_;
};

}  // namespace sharpen::engine
