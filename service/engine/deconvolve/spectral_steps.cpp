#include "service/engine/deconvolve/spectral_steps.h"

#include "service/engine/math/vectorise.h"

namespace sharpen::engine {

SHARPEN_VECTORISED
void quadratic_step(const HalfSpectrum& observed, const Plane& transfer, const Plane& prior,
                    float gain, float scale, HalfSpectrum& inout, HalfSpectrum& blurred) {
  const auto* y = reinterpret_cast<const float*>(observed.data());
  auto* x = reinterpret_cast<float*>(inout.data());
  auto* hx = reinterpret_cast<float*>(blurred.data());
  const float* h = transfer.data();
  const float* f = prior.data();
  const std::size_t count = observed.size();
  for (std::size_t i = 0; i < count; ++i) {
    const float part = scale / (gain * h[i] * h[i] + f[i] + 1e-12f);
    x[2 * i] = (gain * h[i] * y[2 * i] + x[2 * i]) * part;
    x[2 * i + 1] = (gain * h[i] * y[2 * i + 1] + x[2 * i + 1]) * part;
    hx[2 * i] = h[i] * x[2 * i];
    hx[2 * i + 1] = h[i] * x[2 * i + 1];
  }
}

SHARPEN_VECTORISED
void proximal_step(const HalfSpectrum& observed, const Plane& transfer, float rho, float scale,
                   HalfSpectrum& inout, HalfSpectrum& blurred) {
  const auto* y = reinterpret_cast<const float*>(observed.data());
  auto* x = reinterpret_cast<float*>(inout.data());
  auto* hx = reinterpret_cast<float*>(blurred.data());
  const float* h = transfer.data();
  const std::size_t count = observed.size();
  for (std::size_t i = 0; i < count; ++i) {
    const float part = scale / (h[i] * h[i] + rho);
    x[2 * i] = (h[i] * y[2 * i] + rho * x[2 * i]) * part;
    x[2 * i + 1] = (h[i] * y[2 * i + 1] + rho * x[2 * i + 1]) * part;
    hx[2 * i] = h[i] * x[2 * i];
    hx[2 * i + 1] = h[i] * x[2 * i + 1];
  }
}

SHARPEN_VECTORISED
void plain_step(const HalfSpectrum& observed, const Plane& transfer, const Plane& prior,
                float weight, float least, bool again, float scale, HalfSpectrum& out) {
  const auto* y = reinterpret_cast<const float*>(observed.data());
  auto* x = reinterpret_cast<float*>(out.data());
  const float* h = transfer.data();
  const float* f = prior.data();
  const std::size_t count = observed.size();
  for (std::size_t i = 0; i < count; ++i) {
    const float part = scale * h[i] * (again ? h[i] : 1.0f) / (h[i] * h[i] + weight * f[i] + least);
    x[2 * i] = y[2 * i] * part;
    x[2 * i + 1] = y[2 * i + 1] * part;
  }
}

SHARPEN_VECTORISED
void turn(const HalfSpectrum& phase, bool back, HalfSpectrum& inout) {
  const auto* p = reinterpret_cast<const float*>(phase.data());
  auto* x = reinterpret_cast<float*>(inout.data());
  const float sign = back ? -1.0f : 1.0f;
  for (std::size_t i = 0; i < inout.size(); ++i) {
    const float real = x[2 * i], imaginary = x[2 * i + 1];
    x[2 * i] = p[2 * i] * real - sign * p[2 * i + 1] * imaginary;
    x[2 * i + 1] = sign * p[2 * i + 1] * real + p[2 * i] * imaginary;
  }
}

SHARPEN_VECTORISED
void multiply(const Plane& transfer, float scale, HalfSpectrum& inout) {
  auto* x = reinterpret_cast<float*>(inout.data());
  const float* h = transfer.data();
  for (std::size_t i = 0; i < inout.size(); ++i) {
    x[2 * i] *= scale * h[i];
    x[2 * i + 1] *= scale * h[i];
  }
}

}  // namespace sharpen::engine
