#pragma once

#include <algorithm>

namespace sharpen {

/// How many jobs may be under way: half as many each time the service says that this is too much,
/// and one more after as many have gone well.
class Throttle {
 public:
  explicit Throttle(int most) : most_(std::max(most, 1)), allowed_(most_) {}

  [[nodiscard]] int allowed() const { return allowed_; }
  /// `running`: jobs under way. Those that were begun before the last shrinking do not shrink it
  /// further.
  void busy(int running) {
    well_ = 0;
    if (running > allowed_) return;
    allowed_ = std::max(1, allowed_ / 2);
  }
  void went_well() {
    if (allowed_ >= most_ || ++well_ < allowed_) return;
    well_ = 0;
    ++allowed_;
  }

 private:
  int most_, allowed_, well_ = 0;
};

}  // namespace sharpen
