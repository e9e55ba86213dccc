#include "service/engine/shake/path_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "service/engine/estimate/blur_model.h"
#include "service/engine/estimate/leakage.h"
#include "service/engine/math/solve_positive.h"

namespace sharpen::engine {
namespace {

constexpr int kCoarseStep = 3;
constexpr std::size_t kStarts = 20, kFinalists = 5;
constexpr int kSteps = 12;
constexpr double kEnough = 0.003;     ///< a step that gains less is the last
constexpr double kLongStep = 1.5;     ///< pixels; a longer one leaves what the slopes tell
constexpr double kDifference = 0.05;  ///< pixels, for slopes
/// A hand moves smoothly: standard deviations of the first order and, falling, of the others; and
/// of the pace over its mean.
constexpr double kLongest = 30, kBend = 3, kBendFall = 1.5, kPace = 1.2;
constexpr double kTermPrecision = 4;  ///< of the natural spectrum's terms, about

constexpr std::size_t kWeights = 2 * kOrders;
constexpr std::size_t kUnknowns = kWeights + kTerms;

double& weight(Path& path, std::size_t index) {
  return index % 2 == 0 ? path.x[index / 2] : path.y[index / 2];
}

double deviation(std::size_t index) {
  const std::size_t order = index / 2;
  return order == 0 ? kLongest : kBend / std::pow(double(order), kBendFall);
}

double penalty(Path path) {
  double sum = 0;
  for (const double pace : paces(path)) sum += 0.5 * (pace - 1) * (pace - 1) / (kPace * kPace);
  for (std::size_t k = 0; k < kWeights; ++k) {
    sum += 0.5 * std::pow(weight(path, k) / deviation(k), 2);
  }
  return sum;
}

/// The normal equations of a step.
struct Normal {
  std::size_t count = 0;
  std::array<std::array<double, kUnknowns>, kUnknowns> matrix{};
  std::array<double, kUnknowns> right{};

  /// Solves them with the diagonal raised by a part; false if the matrix is not positive.
  [[nodiscard]] bool solve(double damping, std::array<double, kUnknowns>& step) const {
    auto raised = matrix;
    for (std::size_t j = 0; j < count; ++j) raised[j][j] = raised[j][j] * (1 + damping) + 1e-9;
    step = right;
    return solve_positive(raised, count, step);
  }
};

/// What the measured spectrum says of a step: `slopes` of the squared transfer function, one for
/// each of the path's weights.
Normal measured_part(const BinGrid& grid, const BinData& data, const SharpFit& sharp,
                     std::span<const float> square, std::span<const std::vector<float>> slopes) {
  const std::size_t weights = slopes.size(), count = weights + kTerms;
  std::array<std::array<float, kUnknowns>, kUnknowns> matrix{};
  std::array<float, kUnknowns> right{}, row{};
  for (std::size_t i = 0; i < grid.used; ++i) {
    if (data.weight[i] <= 0) continue;
    float exponent = 0;
    for (std::size_t k = 0; k < kTerms; ++k) {
      exponent += static_cast<float>(sharp.terms[k]) * grid.terms[k][i];
    }
    const float scene = std::exp(exponent), model = scene * square[i];
    const float expected = model + data.noise[i];
    const float error = std::min(data.power[i] / expected, kOutlier) - 1;
    for (std::size_t k = 0; k < weights; ++k) row[k] = scene * slopes[k][i] / expected;
    for (std::size_t k = 0; k < kTerms; ++k) row[weights + k] = model / expected * grid.terms[k][i];
    for (std::size_t a = 0; a < count; ++a) {
      right[a] += row[a] * error;
      for (std::size_t b = 0; b <= a; ++b) matrix[a][b] += row[a] * row[b];
    }
  }
  Normal normal;
  normal.count = count;
  for (std::size_t a = 0; a < count; ++a) {
    normal.right[a] = kLikelihoodWeight * double(right[a]);
    for (std::size_t b = 0; b <= a; ++b) {
      normal.matrix[a][b] = normal.matrix[b][a] = kLikelihoodWeight * double(matrix[a][b]);
    }
  }
  return normal;
}

/// What is known of hands and of scenes.
void add_priors(const Path& path, std::size_t weights, Normal& normal) {
  const auto now = paces(path);
  std::vector<std::array<double, kPaces>> slopes(weights);
  for (std::size_t k = 0; k < weights; ++k) {
    Path there = path;
    weight(there, k) += kDifference;
    const auto then = paces(there);
    for (std::size_t i = 0; i < kPaces; ++i) {
      slopes[k][i] = (then[i] - now[i]) / (kDifference * kPace);
    }
  }
  Path at = path;
  for (std::size_t a = 0; a < weights; ++a) {
    for (std::size_t i = 0; i < kPaces; ++i) {
      normal.right[a] -= slopes[a][i] * (now[i] - 1) / kPace;
      for (std::size_t b = 0; b < weights; ++b) normal.matrix[a][b] += slopes[a][i] * slopes[b][i];
    }
    const double precision = 1 / (deviation(a) * deviation(a));
    normal.matrix[a][a] += precision;
    normal.right[a] -= weight(at, a) * precision;
  }
  for (std::size_t k = 0; k < kTerms; ++k)
    normal.matrix[weights + k][weights + k] += kTermPrecision;
}

/// Whether two starts are about the same, or the same turned by half a circle.
bool alike(const Path& a, const Path& b) {
  const auto distance = [&](std::size_t order) {
    return std::min(std::hypot(a.x[order] - b.x[order], a.y[order] - b.y[order]),
                    std::hypot(a.x[order] + b.x[order], a.y[order] + b.y[order]));
  };
  return distance(0) + distance(1) < 0.35 * std::hypot(a.x[0], a.y[0]);
}

/// The best `count` of them, no two alike; of fits in order.
std::vector<PathFit> distinct(std::span<const PathFit> fits, std::size_t count) {
  std::vector<PathFit> taken;
  for (const PathFit& fit : fits) {
    if (taken.size() == count) break;
    if (std::ranges::none_of(taken, [&](const auto& t) { return alike(fit.path, t.path); })) {
      taken.push_back(fit);
    }
  }
  return taken;
}

}  // namespace

PathFitter::PathFitter(const Estimator& estimator, const Plane& power) {
  Plane noise, use;
  estimator.noise_in(power, noise, use);
  coarse_.grid = make_bins(kCoarseStep, kLowest, kHighest);
  fine_.grid = make_bins(1, kLowest, kHighest);
  for (Data* data : {&coarse_, &fine_}) data->measured = measure(data->grid, power, noise, use);
}

std::vector<float> PathFitter::squared(const Path& path, const Data& data) const {
  return gather(data.grid, leaked_square(complex_transfer(point_spread(path), blocks_.fft())));
}

double PathFitter::deviance(const Plane& kernel, const Data& data) const {
  const Plane square = leaked_square(complex_transfer(kernel, blocks_.fft()));
  return fit_sharp(data.grid, data.measured, gather(data.grid, square)).deviance;
}

double PathFitter::deviance(const Plane& kernel) const { return deviance(kernel, fine_); }

PathFit PathFitter::refine(const Path& start, std::size_t orders, const Data& data) const {
  const std::size_t weights = 2 * orders;
  Path path = start;
  std::vector<float> square = squared(path, data);
  SharpFit sharp = fit_sharp(data.grid, data.measured, square);
  double value = sharp.deviance + penalty(path), damping = 0.01;
  for (int step = 0; step < kSteps; ++step) {
    std::vector<std::vector<float>> slopes(weights);
    for (std::size_t k = 0; k < weights; ++k) {
      Path there = path;
      weight(there, k) += kDifference;
      slopes[k] = squared(there, data);
      for (std::size_t i = 0; i < square.size(); ++i) {
        slopes[k][i] = (slopes[k][i] - square[i]) / static_cast<float>(kDifference);
      }
    }
    Normal normal = measured_part(data.grid, data.measured, sharp, square, slopes);
    add_priors(path, weights, normal);
    double gain = 0;
    for (int attempt = 0; attempt < 4 && gain <= 0; ++attempt) {
      std::array<double, kUnknowns> change{};
      if (normal.solve(damping, change)) {
        Path there = path;
        for (std::size_t k = 0; k < weights; ++k) {
          weight(there, k) += std::clamp(change[k], -kLongStep, kLongStep);
        }
        std::vector<float> then = squared(there, data);
        const SharpFit found = fit_sharp(data.grid, data.measured, then);
        const double at = found.deviance + penalty(there);
        if (at < value) {
          gain = value - at;
          path = there;
          square.swap(then);
          sharp = found;
          value = at;
        }
      }
      damping = gain > 0 ? std::max(damping / 5, 1e-4) : damping * 5 + 1e-3;
    }
    if (gain < kEnough) break;
  }
  return {path, value, sharp.deviance};
}

std::vector<PathFit> PathFitter::starts(bool bent) const {
  constexpr double kDegree = std::numbers::pi / 180;
  std::vector<PathFit> fits;
  for (const double length : {4.0, 6.0, 9.0, 13.0, 19.0}) {
    for (int angle = 0; angle < 180; angle += 15) {
      for (const double bend : {0.0, 0.3, 0.6, 1.0}) {
        for (int turn = 0; turn < (bend > 0 ? 180 : 1); turn += 45) {
          if (bend > 0 && !bent) continue;
          Path path;
          path.x[0] = length / 2 * std::cos(angle * kDegree);
          path.y[0] = length / 2 * std::sin(angle * kDegree);
          path.x[1] = length / 2 * bend * std::cos((angle + turn) * kDegree);
          path.y[1] = length / 2 * bend * std::sin((angle + turn) * kDegree);
          fits.push_back({path, deviance(point_spread(path), coarse_), 0});
        }
      }
    }
  }
  std::ranges::stable_sort(fits, {}, &PathFit::value);
  return fits;
}

PathFit PathFitter::best(const std::stop_token& stop) const {
  std::vector<PathFit> fits = distinct(starts(true), kStarts);
  for (PathFit& fit : fits) {
    if (stop.stop_requested()) return fits.front();
    fit = refine(fit.path, 3, coarse_);
  }
  std::ranges::stable_sort(fits, {}, &PathFit::value);
  fits.resize(std::min(fits.size(), kFinalists));
  for (PathFit& fit : fits) {
    if (stop.stop_requested()) return fits.front();
    fit = refine(fit.path, 4, coarse_);
    fit = refine(fit.path, kOrders, fine_);
  }
  return *std::ranges::min_element(fits, {}, &PathFit::value);
}

PathFit PathFitter::straight(const std::stop_token& stop) const {
  std::vector<PathFit> fits = distinct(starts(false), kFinalists);
  for (PathFit& fit : fits) {
    if (stop.stop_requested()) break;
    fit = refine(fit.path, 1, fine_);
  }
  return *std::ranges::min_element(fits, {}, &PathFit::deviance);
}

}  // namespace sharpen::engine
