#pragma once

#include <optional>
#include <string_view>

#include "service/engine/estimate/estimate.h"

namespace sharpen::engine {

/// What a model of this engine looks for and how far it goes.
struct ModelTraits {
  std::string_view name;   ///< as Topaz spells it
  Search search;           ///< families and sizes
  bool varying = false;    ///< the radius may vary over the picture
  double full_amount = 1;  ///< of the result that goes into the picture at full strength
};

/// The traits of a model; empty if it is not offered.
[[nodiscard]] std::optional<ModelTraits> find_model(std::string_view name);

}  // namespace sharpen::engine
