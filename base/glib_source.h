#pragma once

#include <glib.h>

#include <functional>
#include <utility>

namespace sharpen {

/// A timer or idle callback of a main context that ends with its owner.
class EventSource {
 public:
  /// Called on the context's thread; returns whether to be called again.
  using Callback = std::function<bool()>;

  EventSource() = default;
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;
  EventSource(EventSource&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
  EventSource& operator=(EventSource&& other) noexcept {
    std::swap(source_, other.source_);
    return *this;
  }
  ~EventSource() { stop(); }

  [[nodiscard]] static EventSource timeout(unsigned milliseconds, Callback callback,
                                           GMainContext* context = nullptr);
  [[nodiscard]] static EventSource idle(Callback callback, GMainContext* context = nullptr);

  void stop();
  [[nodiscard]] bool active() const { return source_ && !g_source_is_destroyed(source_); }

 private:
  explicit EventSource(GSource* source, Callback callback, GMainContext* context);
  GSource* source_ = nullptr;
};

/// Runs `callback` once on the context's thread; may be called from any thread.
void post(std::function<void()> callback, GMainContext* context = nullptr);

}  // namespace sharpen
