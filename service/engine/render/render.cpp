#include "service/engine/render/render.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>
#include <optional>

#include "service/engine/deconvolve/tile.h"
#include "service/engine/math/parallel.h"
#include "service/engine/render/emphasis.h"
#include "service/engine/render/fallback.h"

namespace sharpen::engine {
namespace {

constexpr double kLevelRatio = 1.2;  ///< of neighbouring kernel sizes where the blur varies

/// The kernels of a plan, from small to large, for one transform size.
class KernelSet {
 public:
  KernelSet(const Plan& plan, const Fft& fft) {
    double low = plan.blur.size, high = low;
    if (plan.map) {
      low = plan.map->radius_at(0);
      high = plan.map->radius_at(1);
    }
    const int steps = static_cast<int>(std::ceil(std::log(high / low) / std::log(kLevelRatio)));
    low_ = std::log(low);
    step_ = steps > 0 ? std::log(high / low) / steps : 1;
    for (int i = 0; i <= std::max(steps, 0); ++i) {
      Blur blur = plan.blur;
      blur.size = low * std::exp(step_ * i);
      kernels_.emplace_back(blur, fft);
    }
  }

  [[nodiscard]] std::size_t size() const { return kernels_.size(); }
  [[nodiscard]] const Kernel& operator[](std::size_t index) const { return kernels_[index]; }
  /// Where a blur's size lies between the kernels: 0 the first, size() - 1 the last.
  [[nodiscard]] float position(float size) const {
    return std::clamp(static_cast<float>((std::log(double(size)) - low_) / step_), 0.0f,
                      static_cast<float>(kernels_.size() - 1));
  }

 private:
  double low_ = 0, step_ = 1;
  std::vector<Kernel> kernels_;
};

/// Of each pixel of a tile: how much of the result, and which kernel.
struct Wanted {
  Plane amount, position;
  float first = 0, last = 0;  ///< of the positions where there is an amount
};

Wanted wanted(const Plan& plan, const KernelSet& kernels, const Box& source) {
  Wanted all{Plane(source.width, source.height, 1.0f), Plane(source.width, source.height), 0, 0};
  if (!plan.map) return all;
  all.first = static_cast<float>(kernels.size());
  for (int y = 0; y < source.height; ++y) {
    for (int x = 0; x < source.width; ++x) {
      const auto there = plan.map->at(source.x + x, source.y + y);
      all.amount.at(x, y) = there.amount;
      if (there.amount <= 0) continue;
      const float position = kernels.position(there.radius);
      all.position.at(x, y) = position;
      all.first = std::min(all.first, position);
      all.last = std::max(all.last, position);
    }
  }
  return all;
}

/// The noise that was taken out of a pixel, as a change of each channel; what differs by more than
/// noise is no noise. `residual` is in standard deviations of an orthonormal luma.
float grain_at(float residual, const Plan& plan, std::size_t channels) {
  constexpr float kMostDeviations = 3;
  const float noise = plan.how.noise / std::sqrt(static_cast<float>(channels));
  return noise * std::clamp(-residual, -kMostDeviations, kMostDeviations);
}

/// What undoing the blur makes of one tile, whose channels are destroyed; none if it was stopped.
std::optional<Undone> undo_tile(std::span<Plane> channels, const Plan& plan,
                                const KernelSet& kernels, const Box& source,
                                TileDeconvolver& worker, const std::stop_token& stop) {
  const Plane nothing(source.width, source.height);
  Undone undone{std::vector<Plane>(channels.size(), nothing), nothing, nothing, {}};
  Wanted want = wanted(plan, kernels, source);
  if (plan.map) undone.amount = std::move(want.amount);
  if (want.first > want.last) return undone;
  const std::vector<Plane> before(channels.begin(), channels.end());
  const auto first = static_cast<std::size_t>(want.first);
  const auto last = std::min(static_cast<std::size_t>(std::ceil(want.last)), kernels.size() - 1);
  for (std::size_t level = first; level <= last && !stop.stop_requested(); ++level) {
    std::ranges::copy(before, channels.begin());
    worker.run(channels, kernels[level], plan.how, stop);
    if (stop.stop_requested()) break;
    for (Plane& channel : channels) take_specks(channel, plan.how.noise);
    const Plane trusted = trust(worker.residual(), reach(kernels[level].blur));
    for (std::size_t i = 0; i < trusted.size(); ++i) {
      const float distance = std::abs(want.position.data()[i] - static_cast<float>(level));
      const float weight = std::max(0.0f, 1 - distance) * trusted.data()[i];
      undone.trusted.data()[i] += weight;
      undone.grain.data()[i] +=
          weight * grain_at(worker.residual().data()[i], plan, channels.size());
      for (std::size_t c = 0; c < channels.size(); ++c) {
        undone.changes[c].data()[i] += weight * (channels[c].data()[i] - before[c].data()[i]);
      }
    }
  }
  if (stop.stop_requested()) return {};
  return undone;
}

/// Deconvolvers that wait for a tile; as many as threads were ever busy at a time.
class Workers {
 public:
  explicit Workers(std::shared_ptr<const TileTransform> transform)
      : transform_(std::move(transform)) {}

  [[nodiscard]] std::unique_ptr<TileDeconvolver> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto worker = std::move(idle_.back());
        idle_.pop_back();
        return worker;
      }
    }
    return std::make_unique<TileDeconvolver>(transform_);
  }
  void give_back(std::unique_ptr<TileDeconvolver> worker) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(worker));
  }

 private:
  std::shared_ptr<const TileTransform> transform_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<TileDeconvolver>> idle_;
};

Result<void> render_undone(const Part& part, const Plan& plan) {
  const PixelStore& picture = part.picture;
  Blur largest = plan.blur;
  if (plan.map) largest.size = plan.map->radius_at(1);
  const int spread = reach(largest);
  const int margin = std::max(24, spread + spread / 2 + 8);
  // What lies beyond a line's ends is least known.
  const bool moved = plan.blur.family == Family::motion || plan.blur.family == Family::shake;
  const int gap = std::max((moved ? 8 : 4) * spread, 32);
  const Cut across = best_cut(picture.width(), part.area.width, margin, gap);
  const Cut down = best_cut(picture.height(), part.area.height, margin, gap);
  const auto lines =
      make_tiles(picture.width(), picture.height(), part.area, across.core, down.core, margin);
  const auto transform = std::make_shared<const TileTransform>(across.padded, down.padded);
  const KernelSet kernels(plan, transform->fft);
  Workers workers(transform);
  return render_tiles(part, lines, [&](std::span<Plane> channels, const Tile& tile) {
    auto worker = workers.take();
    std::vector<Plane> copy(channels.begin(), channels.end());
    auto undone = undo_tile(copy, plan, kernels, tile.source, *worker, part.stop);
    workers.give_back(std::move(worker));
    if (!undone) return;
    finish_tile(channels, *undone, plan, tile.source);
    if (plan.tiles) plan.tiles->keep(tile, std::make_shared<const Undone>(std::move(*undone)));
  });
}

Result<void> render_emphasis(const Part& part, const Plan& plan) {
  constexpr int kSide = 512;
  const auto lines =
      make_tiles(part.picture.width(), part.picture.height(), part.area, kSide, kSide, 1);
  return render_tiles(part, lines, [&](std::span<Plane> channels, const Tile& tile) {
    const std::vector<Plane> before(channels.begin(), channels.end());
    emphasise(channels, plan.overshoot);
    blend(before, plan, tile.source, channels);
  });
}

}  // namespace

Result<void> render_tiles(const Part& part, const std::vector<std::vector<Tile>>& lines,
                          const TileWork& work) {
  const auto& [picture, area, threads, sink, progress, stop] = part;
  const auto colours = static_cast<std::size_t>(picture.colours());
  const std::size_t pixel = picture.info().bytes_per_row() / picture.info().width;
  std::mutex mutex;
  std::size_t done = 0;
  const std::size_t all = lines.size() * lines.front().size();
  for (const auto& line : lines) {
    const Box band{area.x, line.front().core.y, area.width, line.front().core.height};
    const std::size_t stride = pixel * std::size_t(band.width);
    std::vector<std::byte> rows(stride * std::size_t(band.height));
    if (auto read = picture.read(band, rows); !read) return read;
    Result<void> outcome;
    parallel_for(static_cast<int>(line.size()), threads, stop, [&](int index) {
      const Tile& tile = line[std::size_t(index)];
      std::array<Plane, 3> planes;
      const std::span<Plane> channels(planes.data(), colours);
      auto read = picture.read(tile.source, channels);
      if (read) {
        work(channels, tile);
        const Box inner{tile.core.x - tile.source.x, tile.core.y - tile.source.y, tile.core.width,
                        tile.core.height};
        store_rounded(channels, inner, picture.info(),
                      std::span(rows).subspan(pixel * std::size_t(tile.core.x - area.x)), stride);
      }
      const std::lock_guard lock(mutex);
      if (!read) outcome = read;
      if (progress) progress(double(++done) / double(all));
    });
    if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
    if (!outcome) return outcome;
    if (auto sunk = sink(rows); !sunk) return sunk;
  }
  return {};
}

Result<bool> render_again(const Part& part, const Plan& plan) {
  const auto& [picture, area, threads, sink, progress, stop] = part;
  const auto known = plan.tiles ? plan.tiles->covering(area) : std::vector<TileMemory::Known>();
  if (known.empty()) return false;
  const std::size_t pixel = picture.info().bytes_per_row() / picture.info().width;
  const std::size_t stride = pixel * std::size_t(area.width);
  std::vector<std::byte> rows(stride * std::size_t(area.height));
  if (auto read = picture.read(area, rows); !read) return fail(std::move(read));
  std::mutex mutex;
  Result<void> outcome;
  parallel_for(static_cast<int>(known.size()), threads, stop, [&](int index) {
    const auto& [place, undone] = known[std::size_t(index)];
    std::array<Plane, 3> planes;
    const std::span<Plane> channels(planes.data(), std::size_t(picture.colours()));
    const auto read = picture.read(place.source, channels);
    if (read) finish_tile(channels, *undone, plan, place.source);
    // Where two tiles have the same pixels, one after the other.
    const std::lock_guard lock(mutex);
    if (!read) outcome = read;
    const Box core = intersection(place.core, area);
    const Box inner{core.x - place.source.x, core.y - place.source.y, core.width, core.height};
    const std::size_t from = std::size_t(core.y - area.y) * stride;
    if (read)
      store_rounded(channels, inner, picture.info(),
                    std::span(rows).subspan(from + pixel * std::size_t(core.x - area.x)), stride);
  });
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  if (!outcome) return fail(std::move(outcome));
  if (auto sunk = sink(rows); !sunk) return fail(std::move(sunk));
  if (progress) progress(1);
  return true;
}

Result<void> copy_rows(const PixelStore& picture, const Box& area, const RowSink& sink) {
  constexpr int kRows = 64;
  const std::size_t pixel = picture.info().bytes_per_row() / picture.info().width;
  std::vector<std::byte> rows;
  for (int y = 0; y < area.height; y += kRows) {
    const Box box{area.x, area.y + y, area.width, std::min(kRows, area.height - y)};
    rows.resize(pixel * std::size_t(box.width) * std::size_t(box.height));
    if (auto read = picture.read(box, rows); !read) return read;
    if (auto sunk = sink(rows); !sunk) return sunk;
  }
  return {};
}

float Plan::amount_at(int x, int y) const {
  return static_cast<float>(amount) * (mask ? mask(x, y) : 1.0f);
}

void blend(std::span<const Plane> before, const Plan& plan, const Box& source,
           std::span<Plane> channels) {
  for (int y = 0; y < source.height; ++y) {
    for (int x = 0; x < source.width; ++x) {
      const float amount = plan.amount_at(source.x + x, source.y + y);
      for (std::size_t c = 0; c < channels.size(); ++c) {
        float& pixel = channels[c].at(x, y);
        pixel = before[c].at(x, y) + amount * (pixel - before[c].at(x, y));
      }
    }
  }
}

Result<void> render(const PixelStore& picture, const Box& area, const Plan& plan, unsigned threads,
                    const RowSink& sink, const std::function<void(double)>& progress,
                    const std::stop_token& stop) {
  const Part part{picture, area, threads, sink, progress, stop};
  return plan.blur.family == Family::none ? render_emphasis(part, plan) : render_undone(part, plan);
}

}  // namespace sharpen::engine
