#include "service/engine/judge/verdict.h"

#include <algorithm>
#include <cmath>

namespace sharpen::engine {
namespace {

/// How clearly the zeros of a disk or a line must show (Fit::contrast). Sharp photographs stay
/// below 2 for a disk and 8 for a line; docs/engine.md.
constexpr double kClearDisk = 4, kClearLine = 9;
constexpr double kClearPart = 0.07, kClearPartLine = 0.3;  ///< of what the fit leaves unexplained
/// The part of the deviance of every other explanation that a line may leave; the curved path of a
/// shaken hand leaves more, but in a JPEG less of it is seen.
constexpr double kLineRatio = 0.65, kLineRatioJpeg = 0.4;
/// Likewise of a disk in a JPEG in linear light, if encoded values show one of another size.
constexpr double kClearAlone = 8;
/// A disk in a JPEG whose zeros show less must also explain more than a Gauss in either domain.
constexpr double kClearJpeg = 6;
/// The difference of deviance that tells a disk from a Gauss; a JPEG hides most of it.
constexpr double kNotGauss = 3, kNotGaussJpeg = 0.5;
/// Harmonics above this say that a Gauss was made in encoded values. They change its size, too, as
/// it seems in linear light (the first factor is for the logarithm of that change), and drown in
/// noise, a small Gauss's first (for the logarithms of half its size, and of the noise in steps).
constexpr double kEncodedGauss = 0.24, kOfChange = 2.7, kMostChange = 0.25, kOfSize = 0.28,
                 kOfNoise = -0.25;
/// Values beyond black and white say that it was not made in encoded values: at most 0.01 of them
/// lie there in the tuning set.
constexpr double kMostBeyond = 0.03;
/// A JPEG has no harmonics left; only a clear difference of deviance speaks for linear light.
constexpr double kClearLinearGauss = 6;
/// A Gauss has no zeros. It explains nothing if it leaves more than this, besides the scatter of a
/// mean over few blocks; less where its size hangs on the domain, which it does not tell.
constexpr double kMostDeviance = 38, kMostDevianceVague = 20, kVagueGauss = 0.2, kScatter = 270;
/// … or if a disk, though it does not show its zeros, explains more; or from fewer blocks.
constexpr double kPerhapsDisk = 1.5;
/// More of an odd spectrum is excused if the Gauss is larger than any sharp picture or shaken hand
/// makes it seem, and explains a good part.
constexpr double kMostDeviancePlain = 80, kPlainGauss = 1, kPlainGain = 0.11;
/// A JPEG hides the zeros of disks that seem a smaller Gauss than this.
constexpr double kHidesZeros = 2.2;
/// What the natural spectrum, measured on photographs, takes of a Gauss for the pictures' own
/// softness. In a JPEG less is safer.
constexpr double kOwnSoftness = 0.5;
/// The larger a Gauss seems, the more of it may be a background's softness from before, and too
/// much undone costs more than too little: this part of what seems larger than the second size,
/// nothing less of what seems smaller than the first.
constexpr double kLargePart = 0.85, kSmall = 3, kLarge = 3.3;
/// Edges confirm a Gauss, however odd the spectrum, if there are some, spread by more than those of
/// nearly all sharp pictures, and the Gauss is as large; nothing is sharper than its blur, so it
/// cannot be much larger.
constexpr int kLeastEdges = 50;
constexpr double kLeastSpread = 1.1, kLeastOfSpread = 0.75, kMostOfSpread = 1.3;
constexpr double kLeastGainConfirmed = 1;  ///< of deviance over none, if edges confirm it
constexpr int kLeastBlocks = 8;
constexpr double kSimilar = 0.2;  ///< logarithm of a ratio of sizes
constexpr double kLeastGain = 5;  ///< of deviance that a blur must bring over none

const Fit& of_family(const Estimate& estimate, Family family) {
  switch (family) {
    case Family::none:
      return estimate.none;
    case Family::disk:
      return estimate.disk;
    case Family::gauss:
      return estimate.gauss;
    case Family::motion:
      return estimate.line;
    case Family::shake:
      break;
  }
  return estimate.none;
}

/// Whether the zeros of a fit's transfer function are in the spectrum.
bool shows_zeros(const Fit& fit) {
  return fit.blur.family == Family::motion
             ? fit.contrast > std::max(kClearLine, kClearPartLine * fit.deviance)
             : fit.contrast > std::max(kClearDisk, kClearPart * fit.deviance) &&
                   fit.twist < kMostTwist;
}

/// The better of the fits that show zeros, else the Gauss if it beats no blur.
const Fit& preferred(const Estimate& estimate, bool jpeg) {
  const double gauss = estimate.gauss.deviance - (jpeg ? kNotGaussJpeg : kNotGauss);
  const Fit* best = nullptr;
  if (shows_zeros(estimate.disk) && estimate.disk.deviance < gauss) best = &estimate.disk;
  const double rival =
      std::min({estimate.none.deviance, estimate.disk.deviance, estimate.gauss.deviance});
  if (shows_zeros(estimate.line) &&
      estimate.line.deviance < (jpeg ? kLineRatioJpeg : kLineRatio) * rival &&
      (!best || estimate.line.deviance < best->deviance)) {
    best = &estimate.line;
  }
  if (best) return *best;
  return estimate.gauss.deviance < estimate.none.deviance ? estimate.gauss : estimate.none;
}

/// A size at the end of the search is not a minimum.
bool at_end(const Blur& blur, const Search& search) {
  const double end = blur.family == Family::disk    ? search.max_radius
                     : blur.family == Family::gauss ? search.max_sigma
                                                    : search.max_length;
  return blur.size > 0.95 * end;
}

bool worth_undoing(const Blur& blur) {
  switch (blur.family) {
    case Family::none:
      return false;
    case Family::disk:
      return blur.size > 1.3;
    case Family::gauss:
      return blur.size > 0.85;
    case Family::motion:
      return blur.size > 2.9;
    case Family::shake:
      break;
  }
  return false;
}

/// How much of a Gauss that fits best to undo.
double size_to_undo(double fitted, bool jpeg) {
  const double size = jpeg ? fitted : std::hypot(fitted, kOwnSoftness);
  const double large = std::clamp((size - kSmall) / (kLarge - kSmall), 0.0, 1.0);
  return size * (1 - large * (1 - kLargePart));
}

/// Whether edges say that there is a Gauss of this size.
bool confirmed(const Fit& gauss, const EdgeSpread& edges) {
  if (edges.edges < kLeastEdges || edges.sigma < kLeastSpread) return false;
  const double part = std::hypot(gauss.blur.size, kOwnSoftness) / edges.sigma;
  return part > kLeastOfSpread && part < kMostOfSpread;
}

/// Whether a Gauss was made in linear light. The wrong choice still sharpens, by half as much.
bool straight_gauss(const Evidence& evidence) {
  const Fit& encoded = evidence.encoded.gauss;
  const Fit& linear = evidence.linear.gauss;
  if (evidence.beyond > kMostBeyond) return true;
  if (evidence.jpeg) return linear.deviance + kClearLinearGauss < encoded.deviance;
  const double change = std::log(linear.blur.size / encoded.blur.size);
  const double noise = std::log(std::max(evidence.encoded.noise * 255, 1.0));
  return evidence.harmonics < kEncodedGauss +
                                  kOfChange * std::clamp(change, -kMostChange, kMostChange) +
                                  kOfSize * std::log(encoded.blur.size / 2) + kOfNoise * noise;
}

/// Whether the spectra alone show a Gauss.
bool explains(const Evidence& evidence) {
  const Estimate& encoded = evidence.encoded;
  if (evidence.blocks < kLeastBlocks) return false;
  if (evidence.jpeg && encoded.gauss.blur.size < kHidesZeros) return false;
  const double change = std::log(evidence.linear.gauss.blur.size / encoded.gauss.blur.size);
  const bool vague = std::abs(change) > kVagueGauss;
  const double gain = encoded.none.deviance - encoded.gauss.deviance;
  const double size = std::min(encoded.gauss.blur.size, evidence.linear.gauss.blur.size);
  const bool plain = size > kPlainGauss && gain > kPlainGain * encoded.gauss.deviance && !vague;
  const double most = plain ? kMostDeviancePlain : vague ? kMostDevianceVague : kMostDeviance;
  return encoded.gauss.deviance < most + kScatter / evidence.blocks;
}

/// Whether to believe in a Gauss that brings this much deviance over none; `similar`: to what the
/// clearer of both domains shows.
bool sure_gauss(const Evidence& evidence, bool in_linear_light, double gain, bool similar) {
  const Estimate& encoded = evidence.encoded;
  if (encoded.gauss.deviance > encoded.disk.deviance + kPerhapsDisk) return false;
  if (in_linear_light != straight_gauss(evidence)) return false;
  const Fit& gauss = in_linear_light ? evidence.linear.gauss : encoded.gauss;
  if (confirmed(gauss, evidence.edges)) return gain > kLeastGainConfirmed;
  return similar && gain > kLeastGain && explains(evidence);
}

/// Whether what a JPEG's quantisation makes of a soft picture may look like this disk's zeros.
bool perhaps_jpeg(const Evidence& evidence, const Fit& fit) {
  if (!evidence.jpeg || fit.blur.family != Family::disk) return false;
  // What quantisation looks like in linear light is not known.
  const double encoded = evidence.encoded.disk.blur.size;
  const bool alone = std::abs(std::log(encoded / fit.blur.size)) > kSimilar;
  const double gauss = std::min(evidence.encoded.gauss.deviance, evidence.linear.gauss.deviance);
  return (alone && fit.contrast < kClearAlone) ||
         (gauss < fit.deviance && fit.contrast < kClearJpeg);
}

/// Whether to believe in a disk or a line, likewise.
bool sure_zeros(const Evidence& evidence, const Fit& fit, double gain, bool similar) {
  return similar && gain > kLeastGain && shows_zeros(fit) && !perhaps_jpeg(evidence, fit);
}

/// Whether `a` is the clearer explanation of the same picture.
bool clearer(const Fit& a, const Fit& b) {
  const bool a_has_zeros = a.blur.family != Family::none && a.blur.family != Family::gauss;
  const bool b_has_zeros = b.blur.family != Family::none && b.blur.family != Family::gauss;
  return a_has_zeros == b_has_zeros ? a.deviance < b.deviance : a_has_zeros;
}

}  // namespace

std::vector<Candidate> explanations(const Evidence& evidence, const Search& search) {
  const Fit& in_encoded = preferred(evidence.encoded, evidence.jpeg);
  const Fit& in_linear = preferred(evidence.linear, evidence.jpeg);
  const Fit& fit = clearer(in_linear, in_encoded) ? in_linear : in_encoded;
  const bool gauss = fit.blur.family == Family::gauss;
  std::vector<Candidate> candidates;
  for (const bool in_linear_light : {false, true}) {
    const Estimate& estimate = in_linear_light ? evidence.linear : evidence.encoded;
    const Fit& same = of_family(estimate, fit.blur.family);
    if (!worth_undoing(same.blur) || at_end(same.blur, search)) continue;
    const double gain = estimate.none.deviance - same.deviance;
    const bool similar = std::abs(std::log(same.blur.size / fit.blur.size)) < kSimilar;
    const bool sure = gauss ? sure_gauss(evidence, in_linear_light, gain, similar)
                            : sure_zeros(evidence, same, gain, similar);
    if (!sure) continue;
    Blur blur = same.blur;
    if (gauss) blur.size = size_to_undo(blur.size, evidence.jpeg);
    // Where a line was made its zeros are clearest.
    const double clearness = blur.family == Family::motion ? same.contrast : 0;
    candidates.push_back({blur, in_linear_light, same.deviance - clearness});
  }
  return candidates;
}

}  // namespace sharpen::engine
