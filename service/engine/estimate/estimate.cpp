#include "service/engine/estimate/estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "service/engine/estimate/leakage.h"
#include "service/engine/estimate/spectrum_fit.h"

namespace sharpen::engine {
namespace {

constexpr int kCoarseStep = 3;
constexpr double kElsewhere = 1.25;  ///< the ratio of sizes whose zeros are at other places
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Plane squared_transfer(const Blur& blur, const Fft& fft) {
  return leaked_square(complex_transfer(point_spread(blur), fft));
}

std::vector<Blur> candidates(const Search& search) {
  std::vector<Blur> blurs;
  const auto steps = [](double low, double high, int count, const auto& visit) {
    for (int i = 0; i < count; ++i) visit(low * std::pow(high / low, double(i) / (count - 1)));
  };
  if (search.disk) {
    steps(0.6, search.max_radius, 40,
          [&](double size) { blurs.push_back({Family::disk, size, 0}); });
  }
  if (search.gauss) {
    steps(0.35, search.max_sigma, 28,
          [&](double size) { blurs.push_back({Family::gauss, size, 0}); });
  }
  if (search.motion) {
    steps(3, search.max_length, 25, [&](double size) {
      for (int angle = 0; angle < 180; angle += 5) {
        blurs.push_back({Family::motion, size, double(angle)});
      }
    });
  }
  return blurs;
}

double percentile(std::vector<float>& values, double part) {
  if (values.empty()) return 0;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(part * double(values.size() - 1));
  std::ranges::nth_element(values, nth);
  return double(*nth);
}

/// How well a blur with this squared transfer function explains the data; its contrast is not
/// known.
Fit explain(const Blur& blur, const BinGrid& grid, const BinData& data,
            std::span<const float> squared) {
  const SharpFit sharp = fit_sharp(grid, data, squared);
  const double twist = std::hypot(sharp.terms[kTerms - 2], sharp.terms[kTerms - 1]);
  return {blur, sharp.deviance, 0, twist};
}

/// Takes `fit` for its family's and for the best if it is.
void keep_better(Estimate& estimate, const Fit& fit) {
  Fit& family = fit.blur.family == Family::disk    ? estimate.disk
                : fit.blur.family == Family::gauss ? estimate.gauss
                                                   : estimate.line;
  // A straight structure of the scene passes for a line, but has no zeros.
  const bool line = fit.blur.family == Family::motion;
  const double found = fit.deviance - (line ? fit.contrast : 0);
  const double before = family.deviance - (line ? family.contrast : 0);
  if (found < before) family = fit;
  if (fit.deviance < estimate.best.deviance) estimate.best = fit;
}

}  // namespace

struct Estimator::Tables {
  BlockSpectrum blocks;
  Search search;
  std::optional<JpegNoise> jpeg;
  BinGrid coarse = make_bins(kCoarseStep, kLowest, kHighest);
  BinGrid fine = make_bins(1, kLowest, kHighest);
  std::vector<Blur> blurs;
  std::vector<std::vector<float>> squares;  ///< of each blur on the coarse grid

  [[nodiscard]] double variance_floor(const Plane& power) const;
  void prepare(const Plane& power, double variance, Plane& noise, Plane& use) const;
  [[nodiscard]] Fit refine(Fit fit, const BinData& data) const;
  [[nodiscard]] double contrast(std::size_t disk, std::span<const double> deviances) const;
};

double Estimator::Tables::variance_floor(const Plane& power) const {
  std::vector<float> high;
  for (int row = 0; row < power.height(); ++row) {
    for (int column = 2; column < power.width() - 1; ++column) {
      const double u = frequency(column), v = frequency(row);
      if (std::hypot(u, v) < 0.3 || std::abs(v) * kBlock < 1.5) continue;
      float value = power.at(column, row);
      if (jpeg) value = std::max(value - jpeg_noise_at(*jpeg, u, v), 0.25f * value);
      high.push_back(value);
    }
  }
  return 1.02 * percentile(high, 0.2);
}

/// The contrast (see Fit) of a disk among the candidates, from others about a quarter away; 0 at
/// the ends of the search.
double Estimator::Tables::contrast(std::size_t disk, std::span<const double> deviances) const {
  double smaller = kInfinity, larger = kInfinity;
  for (std::size_t i = 0; i < blurs.size(); ++i) {
    const double ratio = std::log(blurs[i].size / blurs[disk].size);
    if (blurs[i].family != Family::disk || std::abs(ratio) < 0.18 || std::abs(ratio) > 0.28)
      continue;
    double& side = ratio < 0 ? smaller : larger;
    side = std::min(side, deviances[i]);
  }
  const double near = std::min(smaller, larger);
  const bool known = blurs[disk].family == Family::disk && std::max(smaller, larger) < kInfinity;
  return known ? near - deviances[disk] : 0;
}

Fit Estimator::Tables::refine(Fit fit, const BinData& data) const {
  const auto at = [&](const Blur& blur) {
    return explain(blur, fine, data, gather(fine, squared_transfer(blur, blocks.fft())));
  };
  fit = at(fit.blur);
  double size_step = fit.blur.family == Family::motion ? 0.055 : 0.04;
  double angle_step = 2.5;
  for (int round = 0; round < 4; ++round) {
    for (const double factor : {1 + size_step, 1 / (1 + size_step)}) {
      Blur trial = fit.blur;
      trial.size *= factor;
      if (const Fit found = at(trial); found.deviance < fit.deviance) fit = found;
    }
    if (fit.blur.family == Family::motion) {
      for (const double turn : {angle_step, -angle_step}) {
        Blur trial = fit.blur;
        trial.angle = std::fmod(trial.angle + turn + 180, 180);
        if (const Fit found = at(trial); found.deviance < fit.deviance) fit = found;
      }
    }
    size_step /= 2;
    angle_step /= 2;
  }
  double near = kInfinity;
  for (const double factor : {kElsewhere, 1 / kElsewhere}) {
    Blur other = fit.blur;
    other.size *= factor;
    near = std::min(near, at(other).deviance);
  }
  fit.contrast = near - fit.deviance;
  return fit;
}

Estimator::Estimator(const Search& search, const std::optional<JpegNoise>& jpeg)
    : tables_(std::make_unique<Tables>()) {
  tables_->search = search;
  tables_->jpeg = jpeg;
  tables_->blurs = candidates(search);
  for (const Blur& blur : tables_->blurs) {
    tables_->squares.push_back(
        gather(tables_->coarse, squared_transfer(blur, tables_->blocks.fft())));
  }
}

Estimator::~Estimator() = default;
Estimator::Estimator(Estimator&&) noexcept = default;
Estimator& Estimator::operator=(Estimator&&) noexcept = default;

void Estimator::Tables::prepare(const Plane& power, double variance, Plane& noise,
                                Plane& use) const {
  noise = Plane(power.width(), power.height(), static_cast<float>(variance));
  use = Plane(power.width(), power.height(), 1.0f);
  if (!jpeg) return;
  for (int row = 0; row < noise.height(); ++row) {
    for (int column = 0; column < noise.width(); ++column) {
      noise.at(column, row) += jpeg_noise_at(*jpeg, frequency(column), frequency(row));
    }
  }
  leave_out_quantised(power, noise, use);
}

void Estimator::noise_in(const Plane& power, Plane& noise, Plane& use) const {
  tables_->prepare(power, tables_->variance_floor(power), noise, use);
}

Estimate Estimator::quick(const Plane& power) const {
  const Tables& t = *tables_;
  const double variance = t.variance_floor(power);
  Plane noise, use;
  t.prepare(power, variance, noise, use);
  const BinData data = measure(t.coarse, power, noise, use);
  Estimate result;
  result.noise = std::sqrt(variance);
  const std::vector<float> ones(t.coarse.size(), 1.0f);
  result.none = explain({}, t.coarse, data, ones);
  result.disk.deviance = result.gauss.deviance = result.line.deviance = kInfinity;
  result.best = result.none;
  std::vector<Fit> fits;
  std::vector<double> deviances;
  for (std::size_t i = 0; i < t.blurs.size(); ++i) {
    fits.push_back(explain(t.blurs[i], t.coarse, data, t.squares[i]));
    deviances.push_back(fits.back().deviance);
  }
  for (std::size_t i = 0; i < fits.size(); ++i) {
    fits[i].contrast = t.contrast(i, deviances);
    keep_better(result, fits[i]);
  }
  return result;
}

Estimate Estimator::estimate(const Plane& power, std::optional<double> known_noise) const {
  const Tables& t = *tables_;
  const double variance = known_noise.value_or(t.variance_floor(power));
  Plane noise, use;
  t.prepare(power, variance, noise, use);
  const BinData coarse = measure(t.coarse, power, noise, use);
  const BinData fine = measure(t.fine, power, noise, use);

  Estimate result;
  result.noise = std::sqrt(variance);
  const std::vector<float> ones(t.fine.size(), 1.0f);
  result.none = explain({}, t.fine, fine, ones);
  result.disk.deviance = result.gauss.deviance = result.line.deviance = kInfinity;

  std::vector<Fit> fits;
  for (std::size_t i = 0; i < t.blurs.size(); ++i) {
    fits.push_back(explain(t.blurs[i], t.coarse, coarse, t.squares[i]));
  }
  std::ranges::stable_sort(fits, {}, &Fit::deviance);
  std::vector<Fit> starts;
  const auto near_another = [&](const Fit& fit) {
    return std::ranges::any_of(starts, [&](const Fit& other) {
      if (other.blur.family != fit.blur.family) return false;
      const double turn = std::abs(other.blur.angle - fit.blur.angle);
      return std::abs(std::log(other.blur.size / fit.blur.size)) < 0.2 &&
             std::min(turn, 180 - turn) < 12;
    });
  };
  for (const Family family : {Family::disk, Family::gauss, Family::motion}) {
    std::size_t taken = 0;
    const std::size_t limit = family == Family::motion ? 6 : 2;
    for (const Fit& fit : fits) {
      if (fit.blur.family != family || near_another(fit)) continue;
      starts.push_back(fit);
      if (++taken == limit) break;
    }
  }
  result.best = result.none;
  for (const Fit& start : starts) {
    keep_better(result, t.refine(start, fine));
  }
  return result;
}

}  // namespace sharpen::engine
