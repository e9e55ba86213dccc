#include "service/engine/deconvolve.h"

#include <algorithm>
#include <cmath>

#include "service/engine/opponent.h"
#include "service/engine/tile.h"
#include "service/engine/vectorise.h"

namespace sharpen::engine {
namespace {

constexpr float kChromaWeight = 1500;
constexpr int kChromaBoundarySteps = 3;

/// x = (gain H Y + X) / (gain H^2 + F), and H x, both ready for Fft::inverse_scaled().
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

/// x = (H Y + rho Z) / (H^2 + rho), and H x, likewise.
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

/// x = H Y / (H^2 + weight F + least), blurred once more if `again`; likewise.
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
void multiply(const Plane& transfer, float scale, HalfSpectrum& inout) {
  auto* x = reinterpret_cast<float*>(inout.data());
  const float* h = transfer.data();
  for (std::size_t i = 0; i < inout.size(); ++i) {
    x[2 * i] *= scale * h[i];
    x[2 * i + 1] *= scale * h[i];
  }
}

}  // namespace

Deconvolution Deconvolution::quality() { return {}; }

Deconvolution Deconvolution::fast() {
  Deconvolution how;
  how.gradient_steps = 4;
  how.gradient_growth = 8;
  how.denoise_steps = 4;
  how.boundary_steps = 4;
  how.row_step = 4;
  return how;
}

Kernel::Kernel(const Blur& of, const Fft& fft) : blur(of), transfer(transfer_function(of, fft)) {}

TileTransform::TileTransform(int width, int height)
    : fft(width, height), gradients(gradient_power(fft)) {}

TileDeconvolver::TileDeconvolver(std::shared_ptr<const TileTransform> transform)
    : transform_(std::move(transform)) {
  const int width = transform_->fft.width(), height = transform_->fft.height();
  for (HalfSpectrum* spectrum : {&work_, &blurred_}) *spectrum = HalfSpectrum(width, height);
  for (Plane* plane : {&dx_, &dy_, &adjoint_}) *plane = Plane(width, height);
}

void TileDeconvolver::replace_gap(std::size_t channel, const Box& content) {
  const Fft& fft = transform_->fft;
  fft.inverse_scaled(blurred_, adjoint_);
  for (int y = 0; y < adjoint_.height(); ++y) {
    const float* from = adjoint_.row(y);
    float* to = observed_[channel].row(y);
    if (y < content.y || y >= content.y + content.height) {
      std::copy_n(from, adjoint_.width(), to);
      continue;
    }
    std::copy_n(from, content.x, to);
    const int end = content.x + content.width;
    std::copy(from + end, from + adjoint_.width(), to + end);
  }
  fft.forward(observed_[channel], spectrum_[channel]);
}

void TileDeconvolver::start_luma(const Kernel& kernel, const Deconvolution& how, float noise,
                                 const Box& content) {
  const Fft& fft = transform_->fft;
  const float weight = 0.1f / (noise * noise);
  latent_[0] = observed_[0];
  float beta = 1;
  for (int step = 0; step < how.gradient_steps; ++step) {
    transform_->shrinkage.shrink_gradients(latent_[0], beta, adjoint_, dx_, dy_);
    fft.forward(adjoint_, work_);
    quadratic_step(spectrum_[0], kernel.transfer, transform_->gradients, weight / beta, fft.scale(),
                   work_, blurred_);
    fft.inverse_scaled(work_, latent_[0]);
    beta *= how.gradient_growth;
    replace_gap(0, content);
  }
}

void TileDeconvolver::start_chroma(std::size_t channel, const Kernel& kernel, float noise) {
  const Fft& fft = transform_->fft;
  const float weight = kChromaWeight * noise * noise;
  plain_step(spectrum_[channel], kernel.transfer, transform_->gradients, weight, 1e-4f * weight,
             false, fft.scale(), work_);
  fft.inverse_scaled(work_, latent_[channel]);
}

void TileDeconvolver::guess_gap(std::size_t channel, const Kernel& kernel, float weight,
                                const Box& content) {
  plain_step(spectrum_[channel], kernel.transfer, transform_->gradients, weight, 1e-4f, true,
             transform_->fft.scale(), blurred_);
  replace_gap(channel, content);
}

void TileDeconvolver::prepare_local(const Deconvolution& how, std::span<const Plane> channels,
                                    float mean_slope) {
  // Noise that is even in linear light is strongest in the encoded shadows: the threshold follows.
  const Plane& first = observed_[0];
  if (local_.empty()) local_ = Plane(first.width(), first.height());
  constexpr int kSide = 8;
  const float scale = channels.size() == 3 ? 0.57735026919f : 1.0f;
  std::array<float, 257> factor{};
  for (std::size_t i = 0; i < factor.size(); ++i) {
    float encoded = static_cast<float>(i) / 256;
    const float slope = how.tones[0].slope(encoded);
    factor[i] = std::clamp(mean_slope / std::max(slope, 0.01f), 0.75f, 3.0f);
  }
  for (int y = 0; y < first.height(); ++y) {
    for (int x = 0; x < first.width(); x += 4) {
      float sum = 0;
      for (int j = 0; j < kSide; j += 2) {
        const float* row = first.row(std::min(y + j, first.height() - 1));
        for (int i = 0; i < kSide; i += 2) sum += row[std::min(x + i, first.width() - 1)];
      }
      float level = std::clamp(sum * scale / 16, 0.0f, 1.0f);
      how.tones[0].encode({&level, 1});
      const float value = factor[static_cast<std::size_t>(level * 256)];
      std::fill_n(local_.row(y) + x, std::min(4, first.width() - x), value);
    }
  }
}

void TileDeconvolver::denoise(const Deconvolution& how, float level) {
  const std::span<Plane> latent(latent_.data(), count_), smooth(smooth_.data(), count_);
  if (how.linear_light) {
    from_opponent(latent);
    for (std::size_t c = 0; c < count_; ++c) how.tones[c].encode(latent[c].values());
    to_opponent(latent);
  }
  static const Plane kEven;
  for (std::size_t c = 0; c < count_; ++c) {
    const float threshold = how.threshold * level * (c > 0 ? how.chroma : 1.0f);
    dct_denoise(latent[c], smooth[c], threshold, how.linear_light ? local_ : kEven,
                c > 0 ? 2 * how.row_step : how.row_step, scratch_);
  }
  if (how.linear_light) {
    from_opponent(smooth);
    for (std::size_t c = 0; c < count_; ++c) how.tones[c].linearise(smooth[c].values());
    to_opponent(smooth);
  }
}

void TileDeconvolver::measure_residual(const Plane& luma, const Kernel& kernel, float noise,
                                       const Box& content) {
  const Fft& fft = transform_->fft;
  fft.forward(smooth_[0], work_);
  multiply(kernel.transfer, fft.scale(), work_);
  fft.inverse_scaled(work_, adjoint_);
  if (residual_.width() != luma.width() || residual_.height() != luma.height()) {
    residual_ = Plane(luma.width(), luma.height());
  }
  const bool even = local_.empty();
  for (int y = 0; y < luma.height(); ++y) {
    const float* blurred = adjoint_.row(content.y + y) + content.x;
    const float* factor = even ? nullptr : local_.row(content.y + y) + content.x;
    const float* from = luma.row(y);
    float* to = residual_.row(y);
    for (int x = 0; x < luma.width(); ++x) {
      to[x] = (blurred[x] - from[x]) / noise * (factor ? factor[x] : 1.0f);
    }
  }
}

void TileDeconvolver::run(std::span<Plane> channels, const Kernel& kernel, const Deconvolution& how,
                          const std::stop_token& stop) {
  const Fft& fft = transform_->fft;
  count_ = channels.size();
  float noise = how.noise;
  float mean_slope = 1;
  if (how.linear_light) {
    double squares = 0;
    std::size_t samples = 0;
    for (std::size_t c = 0; c < count_; ++c) {
      for (std::size_t i = 0; i < channels[c].size(); i += 17, ++samples) {
        const float slope = how.tones[c].slope(channels[c].data()[i]);
        squares += double(slope * slope);
      }
      how.tones[c].linearise(channels[c].values());
    }
    mean_slope = static_cast<float>(std::sqrt(squares / double(samples)));
    noise *= mean_slope;
  }
  to_opponent(channels);
  for (std::size_t c = 0; c < count_; ++c) {
    if (observed_[c].empty()) {
      observed_[c] = Plane(fft.width(), fft.height());
      latent_[c] = Plane(fft.width(), fft.height());
      smooth_[c] = Plane(fft.width(), fft.height());
      spectrum_[c] = HalfSpectrum(fft.width(), fft.height());
    }
    pad_periodic(channels[c], observed_[c]);
    fft.forward(observed_[c], spectrum_[c]);
  }
  const Box content = content_box(channels[0], observed_[0]);
  if (how.linear_light) {
    prepare_local(how, channels, mean_slope);
  } else {
    local_ = Plane();
  }
  if (stop.stop_requested()) return;
  for (std::size_t c = 0; c < count_; ++c) {
    const int steps = c > 0 ? kChromaBoundarySteps : how.boundary_steps;
    for (int step = 0; step < steps; ++step) {
      const float part = static_cast<float>(step) / static_cast<float>(steps);
      guess_gap(c, kernel, 0.02f * std::pow(0.05f, part), content);
    }
  }
  start_luma(kernel, how, noise, content);
  for (std::size_t c = 1; c < count_; ++c) start_chroma(c, kernel, noise);

  const float last = how.end_noise * how.noise;
  const float first = std::max(how.first_noise, last);
  for (int step = 0; step < how.denoise_steps; ++step) {
    if (stop.stop_requested()) return;
    const float part = static_cast<float>(step) / static_cast<float>(how.denoise_steps);
    const float level = first * std::pow(last / first, part);
    denoise(how, level);
    const float rho = how.coupling * how.noise * how.noise / (level * level);
    for (std::size_t c = 0; c < count_; ++c) {
      fft.forward(smooth_[c], work_);
      proximal_step(spectrum_[c], kernel.transfer, rho, fft.scale(), work_, blurred_);
      fft.inverse_scaled(work_, latent_[c]);
      if (c == 0 && step + 1 < how.denoise_steps) replace_gap(c, content);
    }
  }
  denoise(how, last);
  measure_residual(channels[0], kernel, noise, content);
  for (std::size_t c = 0; c < count_; ++c) {
    for (int y = 0; y < content.height; ++y) {
      std::copy_n(smooth_[c].row(content.y + y) + content.x, content.width, channels[c].row(y));
    }
  }
  from_opponent(channels);
  if (how.linear_light) {
    for (std::size_t c = 0; c < count_; ++c) how.tones[c].encode(channels[c].values());
  }
}

}  // namespace sharpen::engine
