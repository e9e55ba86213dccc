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
constexpr float kSlack = 3;  ///< that noise may take a value beyond its range, in its deviations

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

/// One box of a picture with a candidate's blur undone, without what the border spoils.
struct Undone {
  std::array<Plane, 3> planes;
  Box inner;
};

Result<Undone> undo(const PixelStore& picture, const Box& box, const Candidate& candidate,
                    const Deconvolution& how, const std::stop_token& stop) {
  Undone undone;
  const std::span channels(undone.planes.data(), std::size_t(picture.colours()));
  if (auto read = picture.read(box, channels); !read) return fail(std::move(read));
  const int spread = reach(candidate.blur);
  const int gap = std::max(4 * spread, 32);
  const auto transform = std::make_shared<const TileTransform>(Fft::good_length(box.width + gap),
                                                               Fft::good_length(box.height + gap));
  const Kernel kernel(candidate.blur, transform->fft);
  Deconvolution settings = how;
  settings.linear_light = candidate.linear_light;
  TileDeconvolver worker(transform);
  worker.run(channels, kernel, settings, stop);
  const int edge = std::min(spread + 8, std::min(box.width, box.height) / 4);
  undone.inner = {edge, edge, box.width - 2 * edge, box.height - 2 * edge};
  return undone;
}

/// The sum over the boxes of what `measure(channels, inner)` says of each candidate's result.
template <class Measure>
Result<std::vector<double>> measure_each(const PixelStore& picture, std::span<const Box> boxes,
                                         std::span<const Candidate> candidates,
                                         const Deconvolution& how, unsigned threads,
                                         const std::stop_token& stop, const Measure& measure) {
  std::vector<Result<double>> found(boxes.size() * candidates.size(), 0.0);
  parallel_for(static_cast<int>(found.size()), threads, stop, [&](int index) {
    const Box& box = boxes[std::size_t(index) / candidates.size()];
    const Candidate& candidate = candidates[std::size_t(index) % candidates.size()];
    const auto undone = undo(picture, box, candidate, how, stop);
    found[std::size_t(index)] =
        undone ? measure(std::span(undone->planes).first(std::size_t(picture.colours())),
                         undone->inner)
               : Result<double>(std::unexpected(undone.error()));
  });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  std::vector<double> sums(candidates.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) return fail(std::move(found[i]));
    sums[i % candidates.size()] += *found[i];
  }
  return sums;
}

}  // namespace

Result<std::vector<double>> try_candidates(const PixelStore& picture, std::span<const Box> boxes,
                                           std::span<const Candidate> candidates,
                                           const Deconvolution& how, unsigned threads,
                                           const std::stop_token& stop) {
  auto values = measure_each(picture, boxes, candidates, how, threads, stop, roughness);
  for (std::size_t c = 0; values && c < candidates.size(); ++c) {
    double& value = (*values)[c];
    value = std::log(value + 1e-9) + kDevianceWeight * candidates[c].deviance;
  }
  return values;
}

Result<double> measure_beyond(const PixelStore& picture, std::span<const Box> boxes,
                              const Candidate& candidate, const Deconvolution& how,
                              unsigned threads, const std::stop_token& stop) {
  const float slack = kSlack * how.noise;
  const auto beyond = [slack](std::span<const Plane> channels, const Box& inner) {
    double count = 0;
    for (const Plane& plane : channels) {
      for (int y = inner.y; y < inner.y + inner.height; ++y) {
        const std::span row(plane.row(y) + inner.x, std::size_t(inner.width));
        count += double(std::ranges::count_if(
            row, [slack](float value) { return value < -slack || value > 1 + slack; }));
      }
    }
    return count / (double(channels.size()) * inner.width * inner.height);
  };
  const auto parts =
      measure_each(picture, boxes, std::span(&candidate, 1), how, threads, stop, beyond);
  if (!parts) return std::unexpected(parts.error());
  return parts->front() / double(std::max<std::size_t>(boxes.size(), 1));
}

}  // namespace sharpen::engine
