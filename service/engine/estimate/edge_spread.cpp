#include "service/engine/estimate/edge_spread.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "service/engine/decode/luma.h"
#include "service/engine/math/parallel.h"
#include "service/engine/render/fallback.h"

namespace sharpen::engine {
namespace {

constexpr int kBand = 128;              ///< rows that are looked at together
constexpr double kMostPixels = 4e6;     ///< of all bands
constexpr int kMostEdges = 1600;        ///< of all bands
constexpr double kLeastAmplitude = 12;  ///< of an edge, in standard deviations of the noise
constexpr double kFaint = 0.04;         ///< … and of white
/// What an edge may miss its fit by: this much of its amplitude, or the noise.
constexpr double kMostMissed = 0.03;
constexpr double kDark = 0.02;  ///< part of white below which values may be clipped
constexpr double kSmallest = 0.35, kLargest = 5.5, kRatio = 1.08;  ///< sizes that are tried
constexpr double kFurthest = 0.8, kShift = 0.16;  ///< of an edge from its steepest pixel
constexpr double kSharpest = 0.1;                 ///< the part of the edges that counts

/// One size and place of an edge: samples of mean 0, their squares' sum 1.
struct Template {
  double sigma;
  double norm;  ///< of an edge of amplitude 1
  std::vector<float> samples;
};

/// Takes off the mean; the length of what is left.
double centre(std::span<float> samples) {
  double mean = 0, squares = 0;
  for (const float value : samples) mean += double(value) / double(samples.size());
  for (float& value : samples) {
    value -= static_cast<float>(mean);
    squares += double(value) * double(value);
  }
  return std::sqrt(squares);
}

/// The value between four pixels.
double bilinear(const Plane& plane, double x, double y) {
  const int column = static_cast<int>(x), row = static_cast<int>(y);
  const double u = x - column, v = y - row;
  const float* above = plane.row(row) + column;
  const float* below = plane.row(row + 1) + column;
  return (1 - v) * ((1 - u) * double(above[0]) + u * double(above[1])) +
         v * ((1 - u) * double(below[0]) + u * double(below[1]));
}

/// A pixel where luma rises fastest, and the direction in which it does.
struct Crest {
  int x, y;
  double dx, dy;
};

/// What is known of the picture: its noise, and the luma of white that is not clipped.
struct Levels {
  double noise, white;
};

/// Profiles across edges: where to sample and what to compare with.
class Profile {
 public:
  /// For edges spread by about `expected` pixels.
  explicit Profile(double expected) : half_(static_cast<int>(std::ceil(2.5 * expected + 1)) * 2) {
    for (double sigma = kSmallest; sigma < kLargest; sigma *= kRatio) {
      for (double shift = -kFurthest; shift < kFurthest + kShift / 2; shift += kShift) {
        std::vector<float> samples;
        for (int i = -half_; i <= half_; ++i) {
          const double t = (i * kStep - shift) / (sigma * std::numbers::sqrt2);
          samples.push_back(static_cast<float>(0.5 * std::erf(t)));
        }
        const double norm = centre(samples);
        for (float& value : samples) value /= static_cast<float>(norm);
        templates_.push_back({sigma, norm, std::move(samples)});
      }
    }
  }

  /// How far from an edge it is sampled, in pixels.
  [[nodiscard]] int reach() const { return half_ / 2 + 2; }

  /// The spread of the edge at a crest; 0 if it is not lone and straight.
  [[nodiscard]] double spread(const Plane& luma, const Crest& crest, const Levels& levels) const {
    const auto& [x, y, dx, dy] = crest;
    std::vector<float> samples;
    for (int i = -half_; i <= half_; ++i) {
      double sum = 0;
      for (int along = -1; along <= 1; ++along) {
        sum += bilinear(luma, x + i * kStep * dx - along * dy, y + i * kStep * dy + along * dx) / 3;
      }
      if (sum < kDark * levels.white || sum > levels.white) return 0;
      samples.push_back(static_cast<float>(sum));
    }
    const double length = centre(samples);
    const Template* best = nullptr;
    double most = 0;
    for (const Template& candidate : templates_) {
      float likeness = 0;
      for (std::size_t i = 0; i < samples.size(); ++i)
        likeness += samples[i] * candidate.samples[i];
      if (double(likeness) <= most) continue;
      most = double(likeness);
      best = &candidate;
    }
    if (!best) return 0;
    const double amplitude = most / best->norm;
    const double missed =
        std::sqrt(std::max(length * length - most * most, 0.0) / double(samples.size()));
    const bool fits = missed < std::max(levels.noise, kMostMissed * amplitude);
    return fits && amplitude > kLeastAmplitude * levels.noise ? best->sigma : 0;
  }

 private:
  static constexpr double kStep = 0.5;  ///< pixels from sample to sample
  int half_;                            ///< samples on either side
  std::vector<Template> templates_;
};

std::vector<Crest> find_crests(const Plane& luma, double least, double expected, int border) {
  const Plane smooth = box_mean(luma, std::max(1, static_cast<int>(std::lround(expected / 2))));
  std::vector<Crest> crests;
  for (int y = border; y < luma.height() - border; ++y) {
    const float* row = smooth.row(y);
    for (int x = border; x < luma.width() - border; ++x) {
      const double across = double(row[x + 1] - row[x - 1]) / 2;
      const double down = double(smooth.at(x, y + 1) - smooth.at(x, y - 1)) / 2;
      const double slope = std::hypot(across, down);
      if (slope < least) continue;
      const double dx = across / slope, dy = down / slope;
      const auto rise = [&](double at) {
        const double u = x + at * dx, v = y + at * dy;
        return bilinear(smooth, u + dx / 2, v + dy / 2) - bilinear(smooth, u - dx / 2, v - dy / 2);
      };
      const double here = rise(0);
      if (rise(1) < here && rise(-1) <= here) crests.push_back({x, y, dx, dy});
    }
  }
  return crests;
}

/// The spreads of up to `most` edges in one band; none when asked to stop.
Result<std::vector<double>> spreads_in(const PixelStore& picture, const Box& band,
                                       const Profile& profile, double expected,
                                       const Levels& levels, std::size_t most,
                                       const std::stop_token& stop) {
  const auto luma = read_luma(picture, band, nullptr);
  if (!luma) return std::unexpected(luma.error());
  const double least =
      std::max(kLeastAmplitude * levels.noise, kFaint * levels.white) / (2.5 * expected);
  std::vector<double> spreads;
  if (stop.stop_requested()) return spreads;
  const auto crests = find_crests(*luma, least, expected, profile.reach());
  const std::size_t step = std::max<std::size_t>((crests.size() + most - 1) / most, 1);
  for (std::size_t i = 0; i < crests.size() && !stop.stop_requested(); i += step) {
    const double spread = profile.spread(*luma, crests[i], levels);
    if (spread > 0) spreads.push_back(spread);
  }
  return spreads;
}

}  // namespace

Result<EdgeSpread> measure_edges(const PixelStore& picture, double expected, double noise,
                                 unsigned threads, const std::stop_token& stop) {
  const Profile profile(expected);
  const int height = std::min(kBand, picture.height());
  const int usable = height - 2 * profile.reach();
  if (usable <= 0) return EdgeSpread();
  const int below = picture.height() - height;
  const int affordable = static_cast<int>(kMostPixels / (double(height) * picture.width()));
  const int bands = std::clamp((below + usable - 1) / usable + 1, 1, std::max(affordable, 1));
  const Levels levels{noise, double(clipped_luma(picture))};
  const auto most = static_cast<std::size_t>(std::max(kMostEdges / bands, 1));
  std::vector<Result<std::vector<double>>> found(static_cast<std::size_t>(bands));
  parallel_for(bands, threads, stop, [&](int band) {
    const int top =
        bands > 1 ? static_cast<int>(std::int64_t(below) * band / (bands - 1)) : below / 2;
    found[static_cast<std::size_t>(band)] = spreads_in(picture, {0, top, picture.width(), height},
                                                       profile, expected, levels, most, stop);
  });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  std::vector<double> all;
  for (auto& spreads : found) {
    if (!spreads) return fail(std::move(spreads));
    all.insert(all.end(), spreads->begin(), spreads->end());
  }
  if (all.empty()) return EdgeSpread();
  const auto sharpest =
      all.begin() + static_cast<std::ptrdiff_t>(kSharpest * double(all.size() - 1));
  std::ranges::nth_element(all, sharpest);
  return EdgeSpread{static_cast<int>(all.size()), *sharpest};
}

}  // namespace sharpen::engine
