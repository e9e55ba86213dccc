#include "service/engine/render/undone.h"

#include <algorithm>

#include "service/engine/render/emphasis.h"
#include "service/engine/render/render.h"

namespace sharpen::engine {
namespace {

std::size_t bytes_of(const Undone& tile) {
  std::size_t pixels = tile.trusted.size() + tile.grain.size() + tile.amount.size();
  for (const Plane& change : tile.changes) pixels += change.size();
  return pixels * sizeof(float);
}

/// Appends what of `box` lies outside `hole`.
void cut_out(const Box& box, const Box& hole, std::vector<Box>& left) {
  const Box inner = intersection(box, hole);
  if (inner.width == 0 || inner.height == 0) return left.push_back(box);
  const int right = box.x + box.width, bottom = box.y + box.height;
  const int inner_right = inner.x + inner.width, inner_bottom = inner.y + inner.height;
  for (const Box& part : {Box{box.x, box.y, box.width, inner.y - box.y},
                          Box{box.x, inner_bottom, box.width, bottom - inner_bottom},
                          Box{box.x, inner.y, inner.x - box.x, inner.height},
                          Box{inner_right, inner.y, right - inner_right, inner.height}}) {
    if (part.width > 0 && part.height > 0) left.push_back(part);
  }
}

/// From `from` to `to` and beyond, as far as `weight` says; empty: all the way.
void mix(const Plane& from, Plane& to, const Plane& weight) {
  if (weight.empty()) return;
  for (std::size_t i = 0; i < to.size(); ++i) {
    to.data()[i] = from.data()[i] + weight.data()[i] * (to.data()[i] - from.data()[i]);
  }
}

}  // namespace

void finish_tile(std::span<Plane> channels, const Undone& undone, const Plan& plan,
                 const Box& source) {
  const std::vector<Plane> before(channels.begin(), channels.end());
  for (std::size_t c = 0; c < channels.size(); ++c) {
    const Plane& change = undone.changes[std::min(c, undone.changes.size() - 1)];
    for (std::size_t i = 0; i < change.size(); ++i) channels[c].data()[i] += change.data()[i];
  }
  if (plan.overshoot > 0) {
    const std::vector<Plane> plain(channels.begin(), channels.end());
    emphasise(channels, plan.overshoot);
    for (std::size_t c = 0; c < channels.size(); ++c) mix(plain[c], channels[c], undone.trusted);
  }
  for (std::size_t c = 0; c < channels.size(); ++c) {
    const auto part = static_cast<float>(plan.grain);
    for (std::size_t i = 0; part > 0 && i < undone.grain.size(); ++i) {
      channels[c].data()[i] += part * undone.grain.data()[i];
    }
    mix(before[c], channels[c], undone.amount);
  }
  blend(before, plan, source, channels);
}

std::vector<TileMemory::Known> TileMemory::covering(const Box& area) const {
  const std::lock_guard lock(mutex_);
  std::vector<Known> found;
  std::vector<Box> missing{area};
  for (const Known& tile : tiles_) {
    std::vector<Box> left;
    for (const Box& box : missing) cut_out(box, tile.place.core, left);
    if (left == missing) continue;
    found.push_back(tile);
    missing = std::move(left);
  }
  if (!missing.empty()) found.clear();
  return found;
}

void TileMemory::keep(const Tile& place, std::shared_ptr<const Undone> undone) {
  const std::lock_guard lock(mutex_);
  bytes_ += bytes_of(*undone);
  tiles_.emplace_back(place, std::move(undone));
  for (; bytes_ > most_bytes_ && !tiles_.empty(); tiles_.pop_front()) {
    bytes_ -= bytes_of(*tiles_.front().undone);
  }
}

void TileMemory::clear() {
  const std::lock_guard lock(mutex_);
  tiles_.clear();
  bytes_ = 0;
}

}  // namespace sharpen::engine
