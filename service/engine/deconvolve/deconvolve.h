#pragma once

#include <array>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "service/engine/decode/tone.h"
#include "service/engine/deconvolve/dct_denoise.h"
#include "service/engine/deconvolve/hyper_laplacian.h"
#include "service/engine/deconvolve/tile.h"
#include "service/engine/estimate/blur_model.h"
#include "service/engine/math/fft.h"
#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// How to undo a blur. Noise is a standard deviation of encoded values on the scale 0 … 1.
struct Deconvolution {
  float noise = 0.004f;
  bool linear_light = true;
  std::array<ToneCurve, 3> tones;
  int gradient_steps = 6;     ///< hyper-Laplacian start
  float gradient_growth = 4;  ///< of its coupling from step to step
  int denoise_steps = 6;      ///< plug-and-play steps
  int boundary_steps = 8;     ///< estimates of what lies outside before the start
  int row_step = 2;           ///< of the denoiser for luma; chroma takes twice that
  float threshold = 2.4f;     ///< of the denoiser, in standard deviations
  float end_noise = 1.6f;     ///< its last noise level over the picture's noise
  float coupling = 0.6f;      ///< of observation and denoised picture; more trusts the denoiser
  float first_noise = 0.05f;  ///< of the denoiser, where the start's errors still are
  float chroma = 1;           ///< factor on the denoiser's threshold for colour

  [[nodiscard]] static Deconvolution quality();
  [[nodiscard]] static Deconvolution fast();
};

/// A blur prepared for one transform size; shared by all threads.
struct Kernel {
  Kernel(const Blur& of, const Fft& fft);
  Blur blur;
  Plane transfer;      ///< of a shake its absolute value
  HalfSpectrum phase;  ///< of a shake the rest, else empty
};

/// What all tiles of one size share.
struct TileTransform {
  TileTransform(int width, int height);
  Fft fft;
  Plane gradients;
  Shrinkage shrinkage;
};

/// Undoes a blur on one tile after another; one for each thread.
class TileDeconvolver {
 public:
  explicit TileDeconvolver(std::shared_ptr<const TileTransform> transform);

  /// `channels` (1 or 3 planes of encoded values 0 … 1) is replaced by the result. Returns early,
  /// with anything in `channels`, when asked to stop.
  void run(std::span<Plane> channels, const Kernel& kernel, const Deconvolution& how,
           const std::stop_token& stop);

  /// What the blurred result of the last run() misses of the picture it was made from: luma in
  /// multiples of the noise's standard deviation.
  [[nodiscard]] const Plane& residual() const { return residual_; }

 private:
  void start_luma(const Kernel& kernel, const Deconvolution& how, float noise, const Box& content);
  void start_chroma(std::size_t channel, const Kernel& kernel, float noise);
  /// replace_gap() by what a plain inverse says is there.
  void guess_gap(std::size_t channel, const Kernel& kernel, float weight, const Box& content);
  /// Takes what is around the content from blurred_, which is destroyed.
  void replace_gap(std::size_t channel, const Kernel& kernel, const Box& content);
  /// The observed picture's spectrum, less the kernel's phase.
  void transform_observed(std::size_t channel, const Kernel& kernel);
  void denoise(const Deconvolution& how, float level);
  void prepare_local(const Deconvolution& how, std::size_t channels, int radius);

  void measure_residual(const Plane& luma, const Kernel& kernel, float noise, const Box& content);

  std::shared_ptr<const TileTransform> transform_;
  std::size_t count_ = 0;
  std::array<Plane, 3> observed_, latent_, smooth_;
  std::array<HalfSpectrum, 3> spectrum_;
  HalfSpectrum work_, blurred_;
  Plane dx_, dy_, adjoint_, local_, around_, residual_;
  DctScratch scratch_;
};

}  // namespace sharpen::engine
