#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "service/engine/deconvolve/tile.h"
#include "service/engine/math/plane.h"

namespace sharpen::engine {

struct Plan;

/// What undoing the blur makes of one tile, before strength, grain and mask.
struct Undone {
  std::vector<Plane> changes;  ///< one for each channel, or one for all
  Plane trusted;               ///< of an edge emphasis, 0 … 1; empty: 1 everywhere
  Plane grain;                 ///< the noise that was taken out; empty: none
  Plane amount;                ///< 0 … 1; empty: 1 everywhere
};

/// Writes over the channels of the tile `source` what the plan makes of them.
void finish_tile(std::span<Plane> channels, const Undone& undone, const Plan& plan,
                 const Box& source);

/// The last tiles, for the same plan with another strength, grain or mask. For several threads.
class TileMemory {
 public:
  struct Known {
    Tile place;
    std::shared_ptr<const Undone> undone;
  };
  explicit TileMemory(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// Tiles whose cores cover the area; none if a part is missing.
  [[nodiscard]] std::vector<Known> covering(const Box& area) const;
  /// Forgets the oldest ones where there are too many.
  void keep(const Tile& place, std::shared_ptr<const Undone> undone);
  void clear();

 private:
  std::size_t most_bytes_, bytes_ = 0;
  std::list<Known> tiles_;  ///< the oldest first
  mutable std::mutex mutex_;
};

}  // namespace sharpen::engine
