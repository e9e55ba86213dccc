#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "service/engine/estimate/blur_model.h"
#include "service/engine/estimate/jpeg_noise.h"
#include "service/engine/estimate/spectrum.h"

namespace sharpen::engine {

/// How well one blur explains a picture's spectrum.
struct Fit {
  Blur blur;
  /// Whittle deviance of the spectrum plus the prior's penalty; less is better.
  double deviance = 0;
  /// How much worse the same blur a quarter larger or smaller fits: large if the zeros of its
  /// transfer function show, however odd the rest of the picture's spectrum is.
  double contrast = 0;
  /// How much the sharp picture's dependence on direction changes with the frequency.
  double twist = 0;
};

/// A scene's dependence on direction hardly changes with the frequency: under a disk up to 0.24 in
/// the tuning set. Beyond this it is a denoiser that has taken finest detail, not a blur.
inline constexpr double kMostTwist = 0.4;

/// What the spectrum says.
struct Estimate {
  Fit best;               ///< the best of the families asked for, perhaps none
  Fit none;               ///< no blur at all
  Fit disk, gauss, line;  ///< the best of each family; deviance infinite if not asked for
  double noise = 0;       ///< standard deviation of the noise, in the units of the picture
};

/// Which families and how large a blur to search for.
struct Search {
  bool disk = true, gauss = true, motion = true;
  double max_radius = 20, max_sigma = 8, max_length = 45;
};

/// Fits the power spectrum of natural pictures, times a blur, plus noise, to measured spectra.
/// Holds the transfer functions of all candidates (some 10 MB), so keep it for one job.
class Estimator {
 public:
  explicit Estimator(const Search& search, const std::optional<JpegNoise>& jpeg = {});
  ~Estimator();
  Estimator(Estimator&&) noexcept;
  Estimator& operator=(Estimator&&) noexcept;

  /// From a mean spectrum (see BlockSpectrum). `known_noise` (a variance) replaces the noise that
  /// the high frequencies show.
  [[nodiscard]] Estimate estimate(const Plane& power, std::optional<double> known_noise = {}) const;

  /// Likewise from fewer frequencies and without refinement: sizes to a tenth, ten times as fast.
  [[nodiscard]] Estimate quick(const Plane& power) const;

  /// What is known of the noise in a mean spectrum: its power at each frequency, and 0 where the
  /// frequency says nothing, else 1.
  void noise_in(const Plane& power, Plane& noise, Plane& use) const;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace sharpen::engine
