#include "service/engine/math/fft.h"

#include <array>
#include <mutex>

namespace sharpen::engine {
namespace {

/// FFTW plans share tables of the whole process; only executing them is free of locks.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

fftwf_complex* raw(const HalfSpectrum& spectrum) {
  return reinterpret_cast<fftwf_complex*>(const_cast<HalfSpectrum::Value*>(spectrum.data()));
}

}  // namespace

Fft::Fft(int width, int height) : width_(width), height_(height) {
  Plane picture(width, height);
  HalfSpectrum spectrum(width, height);
  const std::lock_guard lock(planner());
  // Measured plans would be a little faster, but differ from run to run in the last bits.
  forward_ = fftwf_plan_dft_r2c_2d(height, width, picture.data(), raw(spectrum), FFTW_ESTIMATE);
  inverse_ = fftwf_plan_dft_c2r_2d(height, width, raw(spectrum), picture.data(), FFTW_ESTIMATE);
}

Fft::~Fft() {
  const std::lock_guard lock(planner());
  fftwf_destroy_plan(forward_);
  fftwf_destroy_plan(inverse_);
}

void Fft::forward(const Plane& picture, HalfSpectrum& spectrum) const {
  fftwf_execute_dft_r2c(forward_, const_cast<float*>(picture.data()), raw(spectrum));
}

void Fft::inverse(HalfSpectrum& spectrum, Plane& picture) const {
  inverse_scaled(spectrum, picture);
  for (float& value : picture.values()) value *= scale();
}

void Fft::inverse_scaled(HalfSpectrum& spectrum, Plane& picture) const {
  fftwf_execute_dft_c2r(inverse_, raw(spectrum), picture.data());
}

std::span<const Fft::Cost> Fft::fast_lengths() {
  static constexpr std::array<Cost, 8> kCosts = {{{128, 1.3f},
                                                  {192, 1.4f},
                                                  {256, 1.3f},
                                                  {320, 1.4f},
                                                  {384, 1.7f},
                                                  {512, 1.4f},
                                                  {640, 2.0f},
                                                  {768, 1.6f}}};
  return kCosts;
}

int Fft::good_length(int at_least) {
  for (const Cost& fast : fast_lengths()) {
    if (fast.length >= at_least && fast.length < at_least + at_least / 10) return fast.length;
  }
  for (int length = at_least + at_least % 2;; length += 2) {
    int rest = length;
    for (const int factor : {2, 3, 5, 7}) {
      while (rest % factor == 0) rest /= factor;
    }
    if (rest == 1) return length;
  }
}

}  // namespace sharpen::engine
