#pragma once

#include <gio/gio.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace sharpen {

/// How many jobs may be at the service: half as many each time it says that this is too much, and
/// one more after as many have gone well. Any thread may ask.
class Throttle {
 public:
  explicit Throttle(int most) : most_(std::max(most, 1)), allowed_(most_) {}

  [[nodiscard]] int allowed() const {
    const std::lock_guard lock(mutex_);
    return allowed_;
  }
  [[nodiscard]] int running() const {
    const std::lock_guard lock(mutex_);
    return running_;
  }
  /// `running`: jobs at the service. Those that were begun before the last shrinking do not shrink
  /// it further.
  void busy(int running) {
    const std::lock_guard lock(mutex_);
    well_ = 0;
    if (running > allowed_) return;
    allowed_ = std::max(1, allowed_ / 2);
  }
  void went_well() {
    const std::lock_guard lock(mutex_);
    if (allowed_ >= most_ || ++well_ < allowed_) return;
    well_ = 0;
    ++allowed_;
    changed_.notify_all();
  }
  /// Nothing is begun any more.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  /// A job's place at the service.
  class Place {
   public:
    /// Waits for one, in a worker thread. There is none if it is cancelled or close()d meanwhile.
    Place(Throttle& throttle, GCancellable* cancellable) : throttle_(throttle) {
      (void)take(cancellable);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { leave(); }

    explicit operator bool() const { return taken_; }
    /// Waits for one again, after leave(), likewise.
    [[nodiscard]] bool take(GCancellable* cancellable) {
      constexpr std::chrono::milliseconds look_again{50};
      std::unique_lock lock(throttle_.mutex_);
      while (!taken_ && !throttle_.closed_ && !g_cancellable_is_cancelled(cancellable)) {
        if (throttle_.running_ < throttle_.allowed_) {
          ++throttle_.running_;
          taken_ = true;
        } else {
          throttle_.changed_.wait_for(lock, look_again);
        }
      }
      return taken_;
    }
    void leave() {
      if (!taken_) return;
      taken_ = false;
      const std::lock_guard lock(throttle_.mutex_);
      --throttle_.running_;
      throttle_.changed_.notify_all();
    }

   private:
    Throttle& throttle_;
    bool taken_ = false;
  };

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int most_, allowed_, well_ = 0, running_ = 0;
  bool closed_ = false;
};

}  // namespace sharpen
