#pragma once

#include <gio/gio.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/glib_ref.h"

namespace sharpen {

/// A GCancellable of its own that is cancelled by the caller's one or when the time is over, for
/// calls that would wait for ever on a host that drips. Where the system gives no thread to watch
/// the time, it is over at once: is_missing().
class Deadline {
 public:
  Deadline(GCancellable* callers, std::chrono::milliseconds limit);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline();

  [[nodiscard]] GCancellable* cancellable() const { return own_.get(); }
  [[nodiscard]] bool expired() const { return expired_; }
  [[nodiscard]] bool is_missing() const { return !watch_.joinable(); }

 private:
  Ref<GCancellable> own_, callers_;
  gulong connection_ = 0;
  std::atomic<bool> expired_ = false;
  std::jthread watch_;
};

/// Waits, or returns false at once when cancelled.
[[nodiscard]] bool wait_for(std::chrono::milliseconds time, GCancellable* cancellable);

}  // namespace sharpen
