#include "service/engine/estimate/harmonics.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "service/engine/deconvolve/tile.h"
#include "service/engine/estimate/spectrum.h"
#include "service/engine/math/fft.h"
#include "service/engine/math/parallel.h"
#include "service/engine/render/fallback.h"

namespace sharpen::engine {
namespace {

/// The frequency, times sigma, above which to look: a Gauss leaves 6 % of it.
constexpr double kAbove = 0.38;
constexpr double kHighest = 0.42;                   ///< cycles for each pixel
constexpr double kFlatPart = 0.3, kEdgePart = 0.1;  ///< of the pixels, by their gradient
constexpr int kBorder = 12;                         ///< where the surroundings are made up
constexpr float kDark = 0.03f, kBright = 0.97f;     ///< beyond, values may be clipped
constexpr double kFaint = 0.02, kMost = 400;        ///< of the noise's variance

/// What is left above the frequency, in variances of the noise.
struct Sums {
  struct Part {
    double pixels = 0, encoded = 0, linear = 0;
  };
  Part edges, flats;
};

/// The padded plane without what is below the frequency.
Plane pass_high(const Plane& plane, double above, const Fft& fft) {
  Plane padded(fft.width(), fft.height());
  pad_periodic(plane, padded);
  HalfSpectrum spectrum(fft.width(), fft.height());
  fft.forward(padded, spectrum);
  for (int row = 0; row < spectrum.rows(); ++row) {
    const double v = double(std::min(row, spectrum.rows() - row)) / fft.height();
    for (int column = 0; column < spectrum.columns(); ++column) {
      const double f = std::hypot(double(column) / fft.width(), v);
      const double t = std::clamp((f / above - 0.85) / 0.3, 0.0, 1.0);
      spectrum.data()[std::size_t(row) * std::size_t(spectrum.columns()) + std::size_t(column)] *=
          static_cast<float>(t * t * (3 - 2 * t));
    }
  }
  fft.inverse(spectrum, padded);
  return padded;
}

/// The squared slope of a tone curve, as the noise of each pixel's surroundings sees it.
Plane squared_slopes(const Plane& encoded, const ToneCurve& tone) {
  std::array<float, 257> squares{};
  for (std::size_t i = 0; i < squares.size(); ++i) {
    const float slope = tone.slope(static_cast<float>(i) / 256);
    squares[i] = std::max(slope * slope, 0.001f);
  }
  Plane slopes(encoded.width(), encoded.height());
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    const float position = std::clamp(encoded.data()[i], 0.0f, 1.0f) * 255.9f;
    const auto cell = static_cast<std::size_t>(position);
    const float part = position - static_cast<float>(cell);
    slopes.data()[i] = squares[cell] + part * (squares[cell + 1] - squares[cell]);
  }
  return box_mean(slopes, 1);
}

Plane gradients(const Plane& picture) {
  const Plane smooth = box_mean(picture, 1);
  Plane result(picture.width(), picture.height());
  for (int y = 1; y < picture.height() - 1; ++y) {
    for (int x = 1; x < picture.width() - 1; ++x) {
      result.at(x, y) = std::hypot(smooth.at(x + 1, y) - smooth.at(x - 1, y),
                                   smooth.at(x, y + 1) - smooth.at(x, y - 1));
    }
  }
  return result;
}

float quantile(std::vector<float>& values, double part) {
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(part * double(values.size() - 1));
  std::ranges::nth_element(values, nth);
  return *nth;
}

/// Adds what one channel of one box shows above the frequency.
void add_channel(const Plane& encoded, const ToneCurve& tone, double sigma, double noise,
                 const Fft& fft, Sums& sums) {
  Plane linear = encoded;
  tone.linearise(linear.values());
  const double above = std::min(kAbove / sigma, kHighest);
  const Plane high_encoded = pass_high(encoded, above, fft);
  const Plane high_linear = pass_high(linear, above, fft);
  const Plane slopes = squared_slopes(encoded, tone), steep = gradients(encoded);
  std::vector<float> sorted;
  for (int y = kBorder; y < encoded.height() - kBorder; ++y) {
    sorted.insert(sorted.end(), steep.row(y) + kBorder, steep.row(y) + encoded.width() - kBorder);
  }
  const float flat = quantile(sorted, kFlatPart), edge = quantile(sorted, 1 - kEdgePart);
  const Box content = content_box(encoded, high_encoded);
  const double variance = noise * noise;
  for (int y = kBorder; y < encoded.height() - kBorder; ++y) {
    for (int x = kBorder; x < encoded.width() - kBorder; ++x) {
      const float gradient = steep.at(x, y), value = encoded.at(x, y);
      if ((gradient > flat && gradient < edge) || value < kDark || value > kBright) continue;
      const double a = double(high_encoded.at(content.x + x, content.y + y));
      const double b = double(high_linear.at(content.x + x, content.y + y));
      Sums::Part& part = gradient >= edge ? sums.edges : sums.flats;
      part.pixels += 1;
      part.encoded += std::min(a * a / variance, kMost);
      part.linear += std::min(b * b / variance / double(slopes.at(x, y)), kMost);
    }
  }
}

double balance(const Sums& sums) {
  if (sums.edges.pixels < 1 || sums.flats.pixels < 1) return 0;
  const auto excess = [&](double Sums::Part::* domain) {
    return sums.edges.*domain / sums.edges.pixels - sums.flats.*domain / sums.flats.pixels;
  };
  const double encoded = excess(&Sums::Part::encoded), linear = excess(&Sums::Part::linear);
  return (linear - encoded) / (std::abs(linear) + std::abs(encoded) + kFaint);
}

}  // namespace

Result<double> measure_harmonics(const PixelStore& picture, std::span<const Box> boxes,
                                 double sigma, double noise, const std::array<ToneCurve, 3>& tones,
                                 unsigned threads, const std::stop_token& stop) {
  struct Found {
    Sums sums;
    Result<void> read;
  };
  std::vector<Found> found(boxes.size());
  parallel_for(static_cast<int>(boxes.size()), threads, stop, [&](int index) {
    auto& [sums, read] = found[std::size_t(index)];
    const Box& box = boxes[std::size_t(index)];
    std::array<Plane, 3> planes;
    const std::span channels(planes.data(), std::size_t(picture.colours()));
    read = picture.read(box, channels);
    if (!read) return;
    constexpr int kGap = 64;
    const Fft fft(Fft::good_length(box.width + kGap), Fft::good_length(box.height + kGap));
    for (std::size_t c = 0; c < channels.size(); ++c) {
      add_channel(channels[c], tones[c], sigma, noise, fft, sums);
    }
  });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  Sums total;
  for (Found& box : found) {
    if (!box.read) return fail(std::move(box.read));
    for (const auto part : {&Sums::edges, &Sums::flats}) {
      (total.*part).pixels += (box.sums.*part).pixels;
      (total.*part).encoded += (box.sums.*part).encoded;
      (total.*part).linear += (box.sums.*part).linear;
    }
  }
  return balance(total);
}

}  // namespace sharpen::engine
