#include "service/engine/models.h"

#include <algorithm>
#include <array>

#include "service/engine/engine.h"

namespace sharpen::engine {
namespace {

constexpr Search kSoft{.disk = true,
                       .gauss = true,
                       .motion = false,
                       .max_radius = 5,
                       .max_sigma = 2.5,
                       .max_length = 0};
constexpr Search kAny{.disk = true,
                      .gauss = true,
                      .motion = true,
                      .max_radius = 14,
                      .max_sigma = 6,
                      .max_length = 45};
constexpr Search kLens{.disk = true,
                       .gauss = true,
                       .motion = false,
                       .max_radius = 20,
                       .max_sigma = 8,
                       .max_length = 0};
constexpr Search kMotion{.disk = false,
                         .gauss = false,
                         .motion = true,
                         .max_radius = 0,
                         .max_sigma = 0,
                         .max_length = 45};

constexpr std::array kModels = {
    ModelTraits{"Standard", kSoft, false, 1},    ModelTraits{"Strong", kAny, false, 1},
    ModelTraits{"Natural", kSoft, false, 0.7},   ModelTraits{"Lens Blur", kLens, false, 1},
    ModelTraits{"Lens Blur V2", kLens, true, 1}, ModelTraits{"Motion Blur", kMotion, false, 1},
    ModelTraits{"Refocus", kLens, true, 1},
};

}  // namespace

std::optional<ModelTraits> find_model(std::string_view name) {
  const auto* found = std::ranges::find(kModels, name, &ModelTraits::name);
  if (found == kModels.end()) return std::nullopt;
  return *found;
}

bool offers(std::string_view model) { return find_model(model).has_value(); }

}  // namespace sharpen::engine
