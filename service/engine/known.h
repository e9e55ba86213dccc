#pragma once

#include <optional>
#include <vector>

#include "service/engine/decision.h"
#include "service/engine/engine.h"
#include "service/engine/estimate/focus_map.h"
#include "service/engine/learned/learned.h"
#include "service/engine/render/undone.h"

namespace sharpen::engine {

/// What was found of a picture with some settings.
struct Finding {
  Settings settings;  ///< as far as they matter
  Decision decision;
  std::optional<FocusMap> subject;
  std::vector<BlurMap> blurred;  ///< of some areas
};

/// What is known of one picture, so that another part of it, or the same with another setting, need
/// not begin anew. For one job at a time.
struct Known {
  explicit Known(std::size_t most_bytes_of_tiles) : tiles(most_bytes_of_tiles) {}

  std::vector<Finding> findings;  ///< the newest last
  std::optional<LearnedJudge> judge;
  TileMemory tiles;
  std::optional<Settings> tiles_for;  ///< as far as they matter
};

}  // namespace sharpen::engine
