#pragma once

#include <glib.h>

#include <chrono>

#include "base/error.h"

namespace sharpen {

/// Lets windows react in the midst of a long call of the main thread: a ProcessEvents.
class EventPump {
 public:
  Result<void> operator()() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return {};
    next_ = now + std::chrono::milliseconds(10);
    constexpr int most = 16;  // a busy idle source must not keep the call from going on
    for (int i = 0; i < most && g_main_context_iteration(nullptr, FALSE); ++i) continue;
    return {};
  }

 private:
  std::chrono::steady_clock::time_point next_;
};

}  // namespace sharpen
