#pragma once

#include <glib.h>

#include <functional>
#include <utility>

namespace sharpen {

/// A timer or idle callback of a main context that ends with its owner.
class Source {
 public:
  /// Called on the context's thread; returns whether to be called again.
  using Callback = std::function<bool()>;

  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  Source(Source&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
  Source& operator=(Source&& other) noexcept {
    std::swap(source_, other.source_);
    return *this;
  }
  ~Source() { stop(); }

  [[nodiscard]] static Source timeout(unsigned milliseconds, Callback callback,
                                      GMainContext* context = nullptr);
  [[nodiscard]] static Source idle(Callback callback, GMainContext* context = nullptr);

  void stop();
  [[nodiscard]] bool active() const { return source_ && !g_source_is_destroyed(source_); }

 private:
  explicit Source(GSource* source, Callback callback, GMainContext* context);
  GSource* source_ = nullptr;
};

/// Runs `callback` once on the context's thread; may be called from any thread.
void post(std::function<void()> callback, GMainContext* context = nullptr);

}  // namespace sharpen
