#include "service/engine/trial.h"

#include <algorithm>
#include <cmath>

#include "service/engine/parallel.h"
#include "service/engine/tile.h"

namespace sharpen::engine {
namespace {

/// How much a unit of spectral deviance weighs against the logarithm of the sparsity; set on the
/// tuning photographs (docs/engine.md).
constexpr double kDevianceWeight = 0.015;
/// The mean of the gradients' 2/3 power: small for pictures of clean edges, large for ringing.
double roughness(std::span<const Plane> channels, const Box& inner) {
  double sum = 0;
  for (const Plane& plane : channels) {
    for (int y = inner.y; y < inner.y + inner.height - 1; ++y) {
      const float* row = plane.row(y);
      const float* below = plane.row(y + 1);
      for (int x = inner.x; x < inner.x + inner.width - 1; ++x) {
        const float across = std::abs(row[x + 1] - row[x]) + 1e-3f;
        const float down = std::abs(below[x] - row[x]) + 1e-3f;
        sum += double(std::cbrt(across * across) + std::cbrt(down * down));
      }
    }
  }
  return sum;
}

}  // namespace

Result<std::vector<double>> try_candidates(const PixelStore& picture, std::span<const Box> boxes,
                                           std::span<const Candidate> candidates,
                                           const Deconvolution& how, unsigned threads,
                                           const std::stop_token& stop) {
  struct Score {
    double rough = 0;
    Result<void> read;
  };
  std::vector<Score> scores(boxes.size() * candidates.size());
  parallel_for(static_cast<int>(scores.size()), threads, stop, [&](int index) {
    Score& score = scores[std::size_t(index)];
    const Box& box = boxes[std::size_t(index) / candidates.size()];
    const Candidate& candidate = candidates[std::size_t(index) % candidates.size()];
    std::array<Plane, 3> planes;
    const std::span channels(planes.data(), std::size_t(picture.colours()));
    score.read = picture.read(box, channels);
    if (!score.read) return;
    const int spread = reach(candidate.blur);
    const int gap = std::max(4 * spread, 32);
    const auto transform = std::make_shared<const TileTransform>(
        Fft::good_length(box.width + gap), Fft::good_length(box.height + gap));
    const Kernel kernel(candidate.blur, transform->fft);
    Deconvolution settings = how;
    settings.linear_light = candidate.linear_light;
    TileDeconvolver worker(transform);
    worker.run(channels, kernel, settings, stop);
    const int edge = std::min(spread + 8, std::min(box.width, box.height) / 4);
    const Box inner{edge, edge, box.width - 2 * edge, box.height - 2 * edge};
    score.rough = roughness(channels, inner);
  });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");

  std::vector<double> values;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    double rough = 1e-9;
    for (std::size_t b = 0; b < boxes.size(); ++b) {
      Score& score = scores[b * candidates.size() + c];
      if (!score.read) return fail(std::move(score.read));
      rough += score.rough;
    }
    values.push_back(std::log(rough) + kDevianceWeight * candidates[c].deviance);
  }
  return values;
}

}  // namespace sharpen::engine
