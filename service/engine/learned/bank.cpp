#include "service/engine/learned/bank.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "service/engine/deconvolve/hyper_laplacian.h"
#include "service/engine/math/parallel.h"

namespace sharpen::engine {
namespace {

constexpr double kRim = 0.35;  ///< softness of a disk's rim, standard deviation in pixels
/// How much a division holds back, at each frequency: of the gradients' power and of the values'.
constexpr float kGradientWeight = 0.012f, kValueWeight = 0.0008f;
constexpr float kLeast = -0.2f, kMost = 1.2f;  ///< what a deconvolution may return

double gauss_transfer(double sigma, double frequency) {
  const double a = std::numbers::pi * sigma * frequency;
  return std::exp(-2 * a * a);
}

double transfer(const BankBlur& blur, double frequency) {
  if (!blur.disk) return gauss_transfer(double(blur.size), frequency);
  const double a = 2 * std::numbers::pi * double(blur.size) * frequency;
  return (a < 1e-6 ? 1 : 2 * ::j1(a) / a) * gauss_transfer(kRim, frequency);
}

/// Transfer functions depend on the distance from the origin alone, so a line of them will do.
class Radial {
 public:
  explicit Radial(const BankBlur& blur) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      values_[i] = static_cast<float>(transfer(blur, double(i) / kSteps));
    }
  }
  [[nodiscard]] float at(float frequency) const {
    const float place = frequency * kSteps;
    const auto cell = static_cast<std::size_t>(place);
    const float part = place - static_cast<float>(cell);
    return values_[cell] + part * (values_[cell + 1] - values_[cell]);
  }

 private:
  static constexpr int kSteps = 8192;  ///< for each cycle a pixel; frequencies end at 0.71
  std::array<float, kSteps * 3 / 4 + 2> values_{};
};

int mirrored(int index, int length) {
  if (length == 1) return 0;
  const int period = 2 * (length - 1);
  const int folded = ((index % period) + period) % period;
  return folded < length ? folded : period - folded;
}

}  // namespace

Bank::Bank(int width, int height)
    : fft_(Fft::good_length(width + 2 * kBankMargin), Fft::good_length(height + 2 * kBankMargin)) {
  const Plane gradients = gradient_power(fft_);
  for (const BankBlur& blur : kBankBlurs) {
    const Radial radial(blur);
    Plane inverse(gradients.width(), gradients.height());
    for (int v = 0; v < inverse.height(); ++v) {
      const double fy = double(std::min(v, fft_.height() - v)) / fft_.height();
      for (int u = 0; u < inverse.width(); ++u) {
        const double fx = double(u) / fft_.width();
        const float h = radial.at(static_cast<float>(std::hypot(fx, fy)));
        const float weight = kGradientWeight * gradients.at(u, v) + kValueWeight;
        inverse.at(u, v) = fft_.scale() * h / (h * h + weight);
      }
    }
    inverses_.push_back(std::move(inverse));
  }
}

void Bank::undo(const Plane& luma, std::span<float> into, unsigned threads,
                const std::stop_token& stop) const {
  const int left = (fft_.width() - luma.width()) / 2, top = (fft_.height() - luma.height()) / 2;
  Plane around(fft_.width(), fft_.height());
  for (int y = 0; y < around.height(); ++y) {
    const float* from = luma.row(mirrored(y - top, luma.height()));
    float* to = around.row(y);
    for (int x = 0; x < around.width(); ++x) to[x] = from[mirrored(x - left, luma.width())];
  }
  HalfSpectrum spectrum(fft_.width(), fft_.height());
  fft_.forward(around, spectrum);
  std::ranges::copy(luma.values(), into.begin());
  parallel_for(static_cast<int>(inverses_.size()), threads, stop, [&](int index) {
    const auto place = std::size_t(index);
    const Plane& inverse = inverses_[place];
    HalfSpectrum work(fft_.width(), fft_.height());
    for (std::size_t i = 0; i < work.size(); ++i) {
      work.data()[i] = spectrum.data()[i] * inverse.data()[i];
    }
    Plane undone(fft_.width(), fft_.height());
    fft_.inverse_scaled(work, undone);
    float* to = into.data() + luma.size() * (place + 1);
    for (int y = 0; y < luma.height(); ++y) {
      const float* from = undone.row(y + top) + left;
      for (int x = 0; x < luma.width(); ++x) *to++ = std::clamp(from[x], kLeast, kMost);
    }
  });
}

}  // namespace sharpen::engine
