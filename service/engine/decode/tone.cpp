#include "service/engine/decode/tone.h"

#include <lcms2.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "service/engine/math/look_up.h"
#include "service/engine/math/vectorise.h"

namespace sharpen::engine {
namespace {

constexpr std::size_t kEntries = 4096;

/// kLanes values.
inline __attribute__((always_inline)) void look_up_block(const float* table, float* values,
                                                         bool square_root) {
  std::array<int, kLanes> cells;
  std::array<float, kLanes> parts;
  for (std::size_t i = 0; i < kLanes; ++i) {
    // In this order an invalid number becomes 0; std::fmax is not vectorised.
    float value = std::min(std::max(0.0f, values[i]), 1.0f);
    if (square_root) value = std::sqrt(value);
    const float position = value * static_cast<float>(kEntries);
    cells[i] = static_cast<int>(position);
    parts[i] = position - static_cast<float>(cells[i]);
  }
  const auto pairs = read_pairs(table, cells);
  for (std::size_t i = 0; i < kLanes; ++i) values[i] = between(pairs, i, parts[i]);
}

SHARPEN_VECTORISED
void look_up(const float* table, float* values, std::size_t count, bool square_root) {
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) look_up_block(table, values + i, square_root);
  std::array<float, kLanes> rest{};
  std::copy(values + i, values + count, rest.begin());
  look_up_block(table, rest.data(), square_root);
  std::copy_n(rest.begin(), count - i, values + i);
}

double srgb_linear(double encoded) {
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

struct CloseProfile {
  void operator()(void* profile) const { cmsCloseProfile(profile); }
};

}  // namespace

ToneCurve::ToneCurve() : linear_(kEntries + 2) {
  for (std::size_t i = 0; i < linear_.size(); ++i) {
    linear_[i] = static_cast<float>(srgb_linear(double(std::min(i, kEntries)) / kEntries));
  }
  invert();
}

ToneCurve::ToneCurve(std::span<const float> samples) : linear_(kEntries + 2) {
  for (std::size_t i = 0; i < linear_.size(); ++i) {
    const double position = double(std::min(i, kEntries)) / kEntries * double(samples.size() - 1);
    const auto cell = std::min(static_cast<std::size_t>(position), samples.size() - 2);
    const float part = static_cast<float>(position - double(cell));
    linear_[i] = samples[cell] + part * (samples[cell + 1] - samples[cell]);
    if (i > 0) linear_[i] = std::max(linear_[i], linear_[i - 1]);
  }
  invert();
}

void ToneCurve::invert() {
  encoded_.resize(kEntries + 2);
  std::size_t cell = 0;
  for (std::size_t i = 0; i < encoded_.size(); ++i) {
    const double root = double(std::min(i, kEntries)) / kEntries;
    const float wanted = static_cast<float>(root * root);
    while (cell + 1 < kEntries && linear_[cell + 1] < wanted) ++cell;
    const float rise = linear_[cell + 1] - linear_[cell];
    const float part = rise > 0 ? std::clamp((wanted - linear_[cell]) / rise, 0.0f, 1.0f) : 0.0f;
    encoded_[i] = (static_cast<float>(cell) + part) / kEntries;
  }
}

void ToneCurve::linearise(std::span<float> values) const {
  look_up(linear_.data(), values.data(), values.size(), false);
}

void ToneCurve::encode(std::span<float> values) const {
  look_up(encoded_.data(), values.data(), values.size(), true);
}

float ToneCurve::linear(float encoded) const {
  float value = encoded;
  linearise({&value, 1});
  return value;
}

float ToneCurve::slope(float encoded) const {
  constexpr float kStep = 1.0f / 512;
  const float low = std::clamp(encoded - kStep, 0.0f, 1.0f - 2 * kStep);
  return (linear(low + 2 * kStep) - linear(low)) / (2 * kStep);
}

bool ToneCurve::is_identity() const { return std::abs(linear(0.5f) - 0.5f) < 0.02f; }

std::array<ToneCurve, 3> tone_curves(std::span<const std::byte> icc_profile) {
  std::array<ToneCurve, 3> curves;
  if (icc_profile.empty()) return curves;
  const std::unique_ptr<void, CloseProfile> profile(
      cmsOpenProfileFromMem(icc_profile.data(), static_cast<cmsUInt32Number>(icc_profile.size())));
  if (!profile) return curves;
  const auto read = [&](cmsTagSignature tag, ToneCurve& to) {
    const auto* curve = static_cast<const cmsToneCurve*>(cmsReadTag(profile.get(), tag));
    if (!curve || !cmsIsToneCurveMonotonic(curve) || cmsIsToneCurveDescending(curve)) return;
    std::vector<float> samples(1025);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      samples[i] =
          std::clamp(cmsEvalToneCurveFloat(curve, static_cast<float>(i) / 1024), 0.0f, 1.0f);
    }
    if (samples.back() > 0.5f) to = ToneCurve(samples);
  };
  if (cmsGetColorSpace(profile.get()) == cmsSigGrayData) {
    read(cmsSigGrayTRCTag, curves[0]);
    curves[1] = curves[2] = curves[0];
  } else {
    read(cmsSigRedTRCTag, curves[0]);
    read(cmsSigGreenTRCTag, curves[1]);
    read(cmsSigBlueTRCTag, curves[2]);
  }
  return curves;
}

}  // namespace sharpen::engine
