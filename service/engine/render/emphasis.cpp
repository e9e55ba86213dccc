#include "service/engine/render/emphasis.h"

#include <algorithm>

namespace sharpen::engine {
namespace {

/// A Gauss of about 0.7 pixels, as three taps each way.
constexpr float kSide = 0.21f, kMiddle = 0.58f;
constexpr float kBeyond = 0.08f;  ///< of the neighbourhood's range that may be passed

}  // namespace

void emphasise(std::span<Plane> channels, double amount) {
  const float strength = static_cast<float>(1.5 * amount);
  for (Plane& plane : channels) {
    const Plane from = plane;
    for (int y = 1; y + 1 < from.height(); ++y) {
      const float* above = from.row(y - 1);
      const float* here = from.row(y);
      const float* below = from.row(y + 1);
      float* to = plane.row(y);
      for (int x = 1; x + 1 < from.width(); ++x) {
        float low = here[x], high = here[x], smooth = 0;
        for (int i = x - 1; i <= x + 1; ++i) {
          low = std::min({low, above[i], here[i], below[i]});
          high = std::max({high, above[i], here[i], below[i]});
          const float weight = i == x ? kMiddle : kSide;
          smooth += weight * (kMiddle * here[i] + kSide * (above[i] + below[i]));
        }
        const float beyond = kBeyond * static_cast<float>(amount) * (high - low);
        to[x] = std::clamp(here[x] + strength * (here[x] - smooth), low - beyond, high + beyond);
      }
    }
  }
}

}  // namespace sharpen::engine
