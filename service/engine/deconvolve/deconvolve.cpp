#include "service/engine/deconvolve/deconvolve.h"

#include <algorithm>
#include <cmath>

#include "service/engine/decode/opponent.h"
#include "service/engine/deconvolve/spectral_steps.h"
#include "service/engine/deconvolve/tile.h"
#include "service/engine/render/fallback.h"

namespace sharpen::engine {
namespace {

constexpr float kChromaWeight = 1500;
constexpr int kChromaBoundarySteps = 3;
constexpr int kAround = 5;  ///< times its reach: how far a deconvolution spreads noise

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

Kernel::Kernel(const Blur& of, const Fft& fft) : blur(of) {
  if (of.family != Family::shake) {
    transfer = transfer_function(of, fft);
    return;
  }
  phase = complex_transfer(*of.path, fft);
  transfer = Plane(phase.columns(), phase.rows());
  for (std::size_t i = 0; i < phase.size(); ++i) {
    const float size = std::abs(phase.data()[i]);
    transfer.data()[i] = size;
    phase.data()[i] = size > 0 ? phase.data()[i] / size : 1.0f;
  }
}

TileTransform::TileTransform(int width, int height)
    : fft(width, height), gradients(gradient_power(fft)) {}

TileDeconvolver::TileDeconvolver(std::shared_ptr<const TileTransform> transform)
    : transform_(std::move(transform)) {
  const int width = transform_->fft.width(), height = transform_->fft.height();
  for (HalfSpectrum* spectrum : {&work_, &blurred_}) *spectrum = HalfSpectrum(width, height);
  for (Plane* plane : {&dx_, &dy_, &adjoint_}) *plane = Plane(width, height);
}

void TileDeconvolver::transform_observed(std::size_t channel, const Kernel& kernel) {
  transform_->fft.forward(observed_[channel], spectrum_[channel]);
  if (kernel.phase.size() > 0) turn(kernel.phase, true, spectrum_[channel]);
}

void TileDeconvolver::replace_gap(std::size_t channel, const Kernel& kernel, const Box& content) {
  const Fft& fft = transform_->fft;
  if (kernel.phase.size() > 0) turn(kernel.phase, false, blurred_);
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
  transform_observed(channel, kernel);
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
    replace_gap(0, kernel, content);
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
  replace_gap(channel, kernel, content);
}

void TileDeconvolver::prepare_local(const Deconvolution& how, std::size_t channels, int radius) {
  // Noise that an inverse in linear light spreads over its surroundings is strongest in the encoded
  // shadows beside bright parts: the threshold follows.
  const Plane& first = observed_[0];
  Plane slopes(first.width(), first.height()), squares = slopes;
  constexpr int kSide = 8;
  const float scale = channels == 3 ? 0.57735026919f : 1.0f;
  std::array<float, 257> slope_at{};
  for (std::size_t i = 0; i < slope_at.size(); ++i) {
    slope_at[i] = std::max(how.tones[0].slope(static_cast<float>(i) / 256), 0.01f);
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
      const float slope = slope_at[static_cast<std::size_t>(level * 256)];
      const int count = std::min(4, first.width() - x);
      std::fill_n(slopes.row(y) + x, count, slope);
      std::fill_n(squares.row(y) + x, count, slope * slope);
    }
  }
  around_ = box_mean(squares, radius);
  local_ = std::move(slopes);
  for (std::size_t i = 0; i < local_.size(); ++i) {
    float& around = around_.data()[i];
    around = std::sqrt(around);
    local_.data()[i] = std::clamp(around / local_.data()[i], 0.75f, 3.0f);
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
  if (kernel.phase.size() > 0) turn(kernel.phase, false, work_);
  fft.inverse_scaled(work_, adjoint_);
  if (residual_.width() != luma.width() || residual_.height() != luma.height()) {
    residual_ = Plane(luma.width(), luma.height());
  }
  const bool even = local_.empty();
  for (int y = 0; y < luma.height(); ++y) {
    const float* blurred = adjoint_.row(content.y + y) + content.x;
    const float* factor = even ? nullptr : local_.row(content.y + y) + content.x;
    const float* around = even ? nullptr : around_.row(content.y + y) + content.x;
    const float* from = luma.row(y);
    float* to = residual_.row(y);
    for (int x = 0; x < luma.width(); ++x) {
      to[x] = (blurred[x] - from[x]) / noise * (factor ? factor[x] / around[x] : 1.0f);
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
    transform_observed(c, kernel);
  }
  const Box content = content_box(channels[0], observed_[0]);
  if (how.linear_light) {
    prepare_local(how, count_, kAround * reach(kernel.blur));
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
      if (c == 0 && step + 1 < how.denoise_steps) replace_gap(c, kernel, content);
    }
  }
  denoise(how, last);
  measure_residual(channels[0], kernel, how.noise, content);
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
