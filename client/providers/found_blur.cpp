#include "client/providers/found_blur.h"

#include <cmath>

#include "base/json.h"

namespace sharpen {
namespace {

BlurKind kind_of(std::string_view family) {
  // A radius that varies has a mean, and that is where one radius for all begins.
  if (family == "disk" || family == "mixed") return BlurKind::defocus;
  if (family == "gauss") return BlurKind::softness;
  if (family == "motion") return BlurKind::motion;
  if (family == "shake") return BlurKind::shake;
  return BlurKind::automatic;
}

}  // namespace

std::optional<FoundBlur> found_blur(const std::string& options_json) {
  const auto json = Json::parse(options_json);
  const auto family = json ? (*json)["family"].string() : std::nullopt;
  if (!family) return {};
  FoundBlur found{.kind = kind_of(*family)};
  const Parameter& size = parameter(ParameterId::blur_size);
  const double measured = (*json)["size"].number().value_or(0);
  if (measured >= size.minimum && measured <= size.maximum) found.size = measured;
  const double angle = std::fmod((*json)["angle"].number().value_or(0), 180);
  found.angle = angle < 0 ? angle + 180 : angle;
  const auto outcome = (*json)["outcome"].string();
  found.undone = *family != "none" && outcome == "undone";
  found.left = outcome == "left";
  found.sharp = *family == "none" && !found.left;
  found.varies = *family == "mixed";
  found.part = (*json)["part"].number().value_or(1);
  found.noise = (*json)["noise"].number().value_or(0);
  return found;
}

}  // namespace sharpen
