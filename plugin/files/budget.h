#pragma once

#include <map>
#include <mutex>
#include <optional>

namespace sharpen {

/// What a whole run may cost, shared by the threads of its jobs: a job takes its price before it is
/// sent, so that those under way at the same time cannot exceed the limit together.
class Budget {
 public:
  explicit Budget(std::optional<double> limit) : limit_(limit) {}

  /// False: it would be too much.
  [[nodiscard]] bool take(double price) {
    const std::lock_guard lock(mutex_);
    if (limit_ && taken_ + price > *limit_ + rounding) return false;
    taken_ += price;
    return true;
  }
  /// The job has ended and cost this much instead.
  void settle(double price, double charged) {
    const std::lock_guard lock(mutex_);
    taken_ += charged - price;
  }
  [[nodiscard]] bool limited() const { return limit_.has_value(); }
  [[nodiscard]] double limit() const { return limit_.value_or(0); }

 private:
  static constexpr double rounding = 1e-9;
  std::optional<double> limit_;
  std::mutex mutex_;
  double taken_ = 0;  // guarded by mutex_
};

}  // namespace sharpen
