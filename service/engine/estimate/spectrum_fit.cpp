#include "service/engine/estimate/spectrum_fit.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "service/engine/estimate/spectrum.h"
#include "service/engine/math/solve_positive.h"
#include "service/engine/math/vectorise.h"

namespace sharpen::engine {
namespace {

constexpr std::size_t kLanes = 16;

using Terms = std::array<double, kTerms>;
/// Sharp photographs: slope -2.8 +- 0.6, bend -0.4 +- 0.25; the constant is free. Measured on the
/// tuning photographs (docs/engine.md).
constexpr Terms kPriorMean = {0, -2.8, -0.4, 0, 0, 0, 0, 0, 0};
constexpr Terms kPriorDeviation = {50, 0.6, 0.25, 0.25, 0.25, 0.15, 0.15, 0.15, 0.15};

struct Sums {
  double deviance = 0;
  Terms gradient{};
  std::array<std::array<double, kTerms>, kTerms> fisher{};
};

inline __attribute__((always_inline)) float fast_exp(float x) {
  const float t = std::clamp(x * 1.44269504f, -60.0f, 60.0f);
  const float whole = std::floor(t);
  const float f = t - whole;
  const float power =
      1.0f + f * (0.69314718f +
                  f * (0.24022651f + f * (0.05550411f + f * (0.00961813f + f * 0.00133336f))));
  return std::bit_cast<float>((static_cast<std::int32_t>(whole) + 127) << 23) * power;
}

SHARPEN_VECTORISED
double model_and_deviance(const BinGrid& grid, const BinData& data, const float* squared,
                          const Terms& c, float* ratio_out, float* slope_out) {
  const std::size_t count = grid.size();
  double deviance = 0;
  std::array<float, kTerms> coefficient;
  for (std::size_t k = 0; k < kTerms; ++k) coefficient[k] = static_cast<float>(c[k]);
  std::array<const float*, kTerms> terms;
  for (std::size_t k = 0; k < kTerms; ++k) terms[k] = grid.terms[k].data();
  const float* power = data.power.data();
  const float* noise = data.noise.data();
  const float* weight = data.weight.data();
  for (std::size_t first = 0; first < count; first += kLanes) {
    std::array<float, kLanes> exponent{};
    for (std::size_t k = 0; k < kTerms; ++k) {
      for (std::size_t i = 0; i < kLanes; ++i) {
        exponent[i] += coefficient[k] * terms[k][first + i];
      }
    }
    std::array<float, kLanes> ratio, tame;
    float sum = 0;
    for (std::size_t i = 0; i < kLanes; ++i) {
      const float model = fast_exp(exponent[i]) * squared[first + i];
      const float expected = model + noise[first + i];
      ratio[i] = power[first + i] / expected;
      tame[i] = std::min(kOutlier, ratio[i]);
      ratio_out[first + i] = (1 - tame[i]) * (model / expected) * weight[first + i];
      slope_out[first + i] = model / expected * (model / expected) * weight[first + i];
      sum += weight[first + i] * (tame[i] - 1);
    }
    double product = 1;
    for (std::size_t i = 0; i < kLanes; ++i) {
      // ln r up to the outliers, beyond them 3 ln kOutlier - 2 ln r, which joins it smoothly.
      const double excess = double(ratio[i]) / double(tame[i]);
      product *= weight[first + i] > 0 ? double(ratio[i]) / (excess * excess * excess) : 1.0;
    }
    deviance += double(sum) - std::log(std::max(product, 1e-300));
  }
  return deviance;
}

SHARPEN_VECTORISED
void accumulate(const BinGrid& grid, const float* residual, const float* slope, Sums& sums) {
  const std::size_t count = grid.size();
  for (std::size_t j = 0; j < kTerms; ++j) {
    const float* a = grid.terms[j].data();
    float gradient = 0;
    for (std::size_t i = 0; i < count; ++i) gradient += residual[i] * a[i];
    sums.gradient[j] = double(gradient);
    for (std::size_t k = 0; k <= j; ++k) {
      const float* b = grid.terms[k].data();
      float fisher = 0;
      for (std::size_t i = 0; i < count; ++i) fisher += slope[i] * a[i] * b[i];
      sums.fisher[j][k] = sums.fisher[k][j] = double(fisher);
    }
  }
}

double penalty(const Terms& c) {
  double sum = 0;
  for (std::size_t k = 0; k < kTerms; ++k) {
    const double z = (c[k] - kPriorMean[k]) / kPriorDeviation[k];
    sum += 0.5 * z * z;
  }
  return sum;
}

}  // namespace

BinGrid make_bins(int step, double low, double high) {
  BinGrid grid;
  int count = 0;
  for (int row = 0; row < kBlock; ++row) {
    for (int column = 2; column < kBlock / 2; ++column) {
      const double u = frequency(column), v = frequency(row);
      const double f = std::hypot(u, v);
      if (std::abs(v) * kBlock < 1.5 || f < low || f > high) continue;
      if (count++ % step != 0) continue;
      const double l = std::log(f / 0.12), phi = std::atan2(v, u);
      const Terms terms = {1,
                           l,
                           l * l,
                           std::cos(2 * phi),
                           std::sin(2 * phi),
                           std::cos(4 * phi),
                           std::sin(4 * phi),
                           l * std::cos(2 * phi),
                           l * std::sin(2 * phi)};
      for (std::size_t k = 0; k < kTerms; ++k) {
        grid.terms[k].push_back(static_cast<float>(terms[k]));
      }
      grid.index.push_back(std::size_t(row) * (kBlock / 2 + 1) + std::size_t(column));
    }
  }
  grid.used = grid.size();
  while (grid.size() % kLanes != 0) {
    for (auto& term : grid.terms) term.push_back(0);
    grid.index.push_back(grid.index.front());
  }
  return grid;
}

std::vector<float> gather(const BinGrid& grid, const Plane& spectrum) {
  std::vector<float> values(grid.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = spectrum.data()[grid.index[i]];
  return values;
}

BinData measure(const BinGrid& grid, const Plane& power, const Plane& noise, const Plane& use) {
  BinData data{gather(grid, power), gather(grid, noise), gather(grid, use)};
  for (std::size_t i = 0; i < grid.size(); ++i) {
    data.power[i] = std::max(data.power[i], 1e-20f);
    if (i >= grid.used) data.weight[i] = 0;
  }
  return data;
}

SharpFit fit_sharp(const BinGrid& grid, const BinData& data, std::span<const float> squared) {
  thread_local std::vector<float> residual, slope, trial_residual, trial_slope;
  for (auto* v : {&residual, &slope, &trial_residual, &trial_slope}) v->resize(grid.size());

  Terms c = kPriorMean;
  // Starts where the model's total agrees with the measured one.
  double logs = 0, counted = 0;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (data.weight[i] <= 0 || squared[i] < 0.05f) continue;
    const double signal = std::max(double(data.power[i] - data.noise[i]), 0.02 * data.power[i]);
    logs += std::log(signal / double(squared[i])) - c[1] * double(grid.terms[1][i]) -
            c[2] * double(grid.terms[2][i]);
    ++counted;
  }
  if (counted == 0) return {std::numeric_limits<double>::infinity(), c};
  c[0] = logs / counted;

  double value = kLikelihoodWeight * model_and_deviance(grid, data, squared.data(), c,
                                                        residual.data(), slope.data()) +
                 penalty(c);
  for (int iteration = 0; iteration < 8; ++iteration) {
    Sums sums;
    accumulate(grid, residual.data(), slope.data(), sums);
    for (std::size_t k = 0; k < kTerms; ++k) {
      const double precision = 1 / (kPriorDeviation[k] * kPriorDeviation[k]);
      for (std::size_t j = 0; j < kTerms; ++j) sums.fisher[k][j] *= kLikelihoodWeight;
      sums.gradient[k] = kLikelihoodWeight * sums.gradient[k] + (c[k] - kPriorMean[k]) * precision;
      sums.fisher[k][k] += precision;
    }
    Terms step = sums.gradient;
    if (!solve_positive(sums.fisher, kTerms, step)) break;
    bool better = false;
    double gain = 0;
    for (double length = 1; length > 0.1; length /= 2) {
      Terms trial;
      for (std::size_t k = 0; k < kTerms; ++k) trial[k] = c[k] - length * step[k];
      const double trial_value =
          kLikelihoodWeight * model_and_deviance(grid, data, squared.data(), trial,
                                                 trial_residual.data(), trial_slope.data()) +
          penalty(trial);
      if (trial_value < value) {
        gain = value - trial_value;
        c = trial;
        value = trial_value;
        residual.swap(trial_residual);
        slope.swap(trial_slope);
        better = true;
        break;
      }
    }
    if (!better || gain < 1e-3) break;
  }
  return {value, c};
}

}  // namespace sharpen::engine
