#pragma once

#include <cstdint>

#include "service/testing/behaviour.h"

namespace sharpen::server {

/// Counts the requests that the behaviours tell to refuse.
class Faults {
 public:
  explicit Faults(const Behaviours& behaviours) : behaviours_(behaviours) {}

  /// True if this request is one too many (behaviour `rate_limit`).
  [[nodiscard]] bool over_rate() {
    const std::int64_t every = behaviours_.number("rate_limit");
    return every > 0 && ++requests_ % every == 0;
  }
  /// The status that this submit has to end with (behaviours `submit_error`, `submit_errors`);
  /// 0 for none.
  [[nodiscard]] unsigned submit_error() {
    const std::int64_t times = behaviours_.number("submit_errors");
    if (times > 0 && refused_ >= times) return 0;
    ++refused_;
    return static_cast<unsigned>(behaviours_.number("submit_error"));
  }

 private:
  const Behaviours& behaviours_;
  std::int64_t requests_ = 0, refused_ = 0;
};

}  // namespace sharpen::server
