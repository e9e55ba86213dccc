#include "client/http/deadline.h"

#include <condition_variable>
#include <mutex>
#include <system_error>

namespace sharpen {
namespace {

void pass_on(GCancellable*, gpointer own) { g_cancellable_cancel(G_CANCELLABLE(own)); }

}  // namespace

Deadline::Deadline(GCancellable* callers, std::chrono::milliseconds limit)
    : own_(Ref<GCancellable>::adopt(g_cancellable_new())),
      callers_(Ref<GCancellable>::share(callers)) {
  if (callers_)
    connection_ = g_cancellable_connect(callers_.get(), G_CALLBACK(pass_on), own_.get(), nullptr);
  const auto expire = [this] {
    expired_ = true;
    g_cancellable_cancel(own_.get());
  };
  try {
    watch_ = std::jthread([expire, limit](std::stop_token stop) {
      std::mutex mutex;
      std::condition_variable_any condition;
      std::unique_lock lock(mutex);
      condition.wait_for(lock, stop, limit, [] { return false; });
      if (!stop.stop_requested()) expire();
    });
  } catch (const std::system_error&) {
    expire();
  }
}

Deadline::~Deadline() {
  if (callers_) g_cancellable_disconnect(callers_.get(), connection_);
}

bool wait_for(std::chrono::milliseconds time, GCancellable* cancellable) {
  if (!cancellable) {
    std::this_thread::sleep_for(time);
    return true;
  }
  GPollFD poll{};
  if (!g_cancellable_make_pollfd(cancellable, &poll)) return false;
  const auto end = std::chrono::steady_clock::now() + time;
  while (!g_cancellable_is_cancelled(cancellable)) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    g_poll(&poll, 1, static_cast<gint>(left.count()));
  }
  g_cancellable_release_fd(cancellable);
  return !g_cancellable_is_cancelled(cancellable);
}

}  // namespace sharpen
