#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// The terms of the logarithm of a sharp picture's power spectrum: a constant, slope and bend over
/// the logarithm of the frequency, and their dependence on direction.
inline constexpr std::size_t kTerms = 9;

/// The frequencies of a block's spectrum at which the model is fitted, as parallel arrays padded to
/// a multiple of 16.
struct BinGrid {
  std::vector<std::size_t> index;  ///< into the block's spectrum
  std::array<std::vector<float>, kTerms> terms;
  std::size_t used = 0;  ///< how many are not padding

  [[nodiscard]] std::size_t size() const { return index.size(); }
};

/// The frequencies that are looked at, in cycles per pixel.
inline constexpr double kLowest = 0.018, kHighest = 0.46;

/// How much the likelihood counts beside the priors: neighbouring frequencies of overlapping
/// windowed blocks are far from independent.
inline constexpr double kLikelihoodWeight = 0.05;
/// What is stronger than expected by more than this is a structure of the scene (a straight edge
/// fills a few bins with a hundred times the power) and counts with its logarithm only.
inline constexpr float kOutlier = 3;

/// Every `step`-th frequency between `low` and `high` cycles per pixel, off the axes.
[[nodiscard]] BinGrid make_bins(int step, double low, double high);

/// What was measured at a grid's frequencies. A weight of 0 leaves a frequency out.
struct BinData {
  std::vector<float> power, noise, weight;
};

[[nodiscard]] BinData measure(const BinGrid& grid, const Plane& power, const Plane& noise,
                              const Plane& use);

/// The values of a spectrum at a grid's frequencies.
[[nodiscard]] std::vector<float> gather(const BinGrid& grid, const Plane& spectrum);

/// The sharp picture that explains a spectrum best.
struct SharpFit {
  double deviance = 0;               ///< with the prior's penalty
  std::array<double, kTerms> terms;  ///< their weights
};

/// The best over all sharp pictures under a blur whose squared transfer function at the bins is
/// `squared`.
[[nodiscard]] SharpFit fit_sharp(const BinGrid& grid, const BinData& data,
                                 std::span<const float> squared);

}  // namespace sharpen::engine
