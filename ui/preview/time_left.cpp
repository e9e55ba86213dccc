#include "ui/preview/time_left.h"

#include <algorithm>

namespace sharpen {

std::optional<double> TimeLeft::update(double fraction, double seconds) {
  constexpr double enough_done = 0.1, enough_seconds = 1, correction = 0.2;
  if (fraction < enough_done || seconds < enough_seconds) return {};
  const double judged = seconds * (1 - std::min(fraction, 1.0)) / fraction;
  if (left_) {
    const double expected = std::max(0.0, *left_ - (seconds - said_at_));
    left_ = std::clamp(judged, expected * (1 - correction), expected * (1 + correction));
  } else {
    left_ = judged;
  }
  said_at_ = seconds;
  return left_;
}

}  // namespace sharpen
