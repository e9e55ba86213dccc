#pragma once

#include <span>
#include <stop_token>
#include <vector>

#include "service/engine/estimate/estimate.h"
#include "service/engine/estimate/spectrum.h"
#include "service/engine/estimate/spectrum_fit.h"
#include "service/engine/math/plane.h"
#include "service/engine/shake/path.h"

namespace sharpen::engine {

/// How well a path explains a spectrum.
struct PathFit {
  Path path;
  double value = 0;     ///< what was made least: the deviance and the path's own penalty
  double deviance = 0;  ///< see Fit
};

/// Fits the path of a shaken hand to a mean power spectrum, as Estimator fits simple blurs: the
/// squared absolute value of its transfer function, a natural spectrum and noise, by scoring
/// (Gauss-Newton on the Whittle likelihood) from many starts. A path and turned() fit alike.
class PathFitter {
 public:
  PathFitter(const Estimator& estimator, const Plane& power);

  /// The best path; anything when asked to stop.
  [[nodiscard]] PathFit best(const std::stop_token& stop) const;
  /// The best straight line that is walked evenly.
  [[nodiscard]] PathFit straight(const std::stop_token& stop) const;
  /// The deviance of a point spread function.
  [[nodiscard]] double deviance(const Plane& kernel) const;

 private:
  /// The frequencies of one grid and what was measured there.
  struct Data {
    BinGrid grid;
    BinData measured;
  };

  [[nodiscard]] double deviance(const Plane& kernel, const Data& data) const;
  [[nodiscard]] std::vector<float> squared(const Path& path, const Data& data) const;
  [[nodiscard]] std::vector<PathFit> starts(bool bent) const;
  /// Betters a path in its first `orders`.
  [[nodiscard]] PathFit refine(const Path& start, std::size_t orders, const Data& data) const;

  BlockSpectrum blocks_;
  Data coarse_, fine_;
};

}  // namespace sharpen::engine
