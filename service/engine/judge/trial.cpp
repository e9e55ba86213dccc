#include "service/engine/judge/trial.h"

#include <algorithm>
#include <cmath>

#include "service/engine/deconvolve/tile.h"
#include "service/engine/math/parallel.h"
#include "service/engine/render/fallback.h"

namespace sharpen::engine {
namespace {

/// How much a unit of spectral deviance weighs against the logarithm of the sparsity; set on the
/// tuning photographs (docs/engine.md).
constexpr double kDevianceWeight = 0.015;
constexpr float kSlack = 3;  ///< that noise may take a value beyond its range, in its deviations

/// What one or more boxes with a candidate's blur undone look like.
struct Look {
  double rough = 0;   ///< sum of the gradients' 2/3 power: small for clean edges, large for ringing
  double missed = 0;  ///< pixels whose result, blurred again, misses the picture
  double beyond = 0;  ///< pixels whose values lie beyond black and white, mean of the channels
  double pixels = 0;

  void add(const Look& other) {
    rough += other.rough;
    missed += other.missed;
    beyond += other.beyond;
    pixels += other.pixels;
  }
};

double roughness(const Plane& plane, const Box& inner) {
  double sum = 0;
  for (int y = inner.y; y < inner.y + inner.height - 1; ++y) {
    const float* row = plane.row(y);
    const float* below = plane.row(y + 1);
    for (int x = inner.x; x < inner.x + inner.width - 1; ++x) {
      const float across = std::abs(row[x + 1] - row[x]) + 1e-3f;
      const float down = std::abs(below[x] - row[x]) + 1e-3f;
      sum += double(std::cbrt(across * across) + std::cbrt(down * down));
    }
  }
  return sum;
}

/// The sum of `value(pixel)` over a part of a plane.
template <class Value>
double sum_of(const Plane& plane, const Box& inner, const Value& value) {
  double sum = 0;
  for (int y = inner.y; y < inner.y + inner.height; ++y) {
    const float* row = plane.row(y);
    for (int x = inner.x; x < inner.x + inner.width; ++x) sum += double(value(row[x]));
  }
  return sum;
}

Result<Look> look_at(const PixelStore& picture, const Box& box, const Candidate& candidate,
                     const Deconvolution& how, const std::stop_token& stop) {
  std::array<Plane, 3> planes;
  const std::span channels(planes.data(), std::size_t(picture.colours()));
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
  if (stop.stop_requested()) return Look();
  const int edge = std::min(spread + 8, std::min(box.width, box.height) / 4);
  const Box inner{edge, edge, box.width - 2 * edge, box.height - 2 * edge};
  const float slack = kSlack * how.noise;
  Look look{.pixels = double(inner.width) * inner.height};
  for (const Plane& plane : channels) {
    look.rough += roughness(plane, inner);
    look.beyond +=
        sum_of(plane, inner,
               [slack](float value) { return value < -slack || value > 1 + slack ? 1 : 0; }) /
        double(channels.size());
  }
  look.missed =
      sum_of(trust(worker.residual(), spread), inner, [](float value) { return 1 - value; });
  return look;
}

}  // namespace

Result<std::vector<Trial>> try_candidates(const PixelStore& picture, std::span<const Box> boxes,
                                          std::span<const Candidate> candidates,
                                          const Deconvolution& how, unsigned threads,
                                          const std::stop_token& stop) {
  std::vector<Result<Look>> looks(boxes.size() * candidates.size(), Look());
  parallel_for(static_cast<int>(looks.size()), threads, stop, [&](int index) {
    const Box& box = boxes[std::size_t(index) / candidates.size()];
    const Candidate& candidate = candidates[std::size_t(index) % candidates.size()];
    looks[std::size_t(index)] = look_at(picture, box, candidate, how, stop);
  });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");

  std::vector<Trial> trials;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    Look all{.rough = 1e-9, .pixels = 1e-9};
    for (std::size_t b = 0; b < boxes.size(); ++b) {
      Result<Look>& look = looks[b * candidates.size() + c];
      if (!look) return fail(std::move(look));
      all.add(*look);
    }
    trials.push_back({.ringing = std::log(all.rough) + kDevianceWeight * candidates[c].deviance,
                      .missed = all.missed / all.pixels,
                      .beyond = all.beyond / all.pixels});
  }
  return trials;
}

}  // namespace sharpen::engine
