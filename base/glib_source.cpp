#include "base/glib_source.h"

#include <memory>

namespace sharpen {
namespace {

gboolean call(gpointer data) {
  auto& callback = *static_cast<EventSource::Callback*>(data);
  try {
    return callback() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  } catch (...) {
    g_critical("a callback threw an exception");
    return G_SOURCE_REMOVE;
  }
}

void destroy(gpointer data) {
  const std::unique_ptr<EventSource::Callback> owner(static_cast<EventSource::Callback*>(data));
}

}  // namespace

EventSource::EventSource(GSource* source, Callback callback, GMainContext* context)
    : source_(source) {
  auto owner = std::make_unique<Callback>(std::move(callback));
  g_source_set_callback(source_, call, owner.release(), destroy);
  g_source_attach(source_, context);
}

EventSource EventSource::timeout(unsigned milliseconds, Callback callback, GMainContext* context) {
  return EventSource(g_timeout_source_new(milliseconds), std::move(callback), context);
}

EventSource EventSource::idle(Callback callback, GMainContext* context) {
  return EventSource(g_idle_source_new(), std::move(callback), context);
}

void EventSource::stop() {
  if (!source_) return;
  g_source_destroy(source_);
  g_source_unref(std::exchange(source_, nullptr));
}

void post(std::function<void()> callback, GMainContext* context) {
  auto owner = std::make_unique<EventSource::Callback>([run = std::move(callback)] {
    run();
    return false;
  });
  GSource* source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, call, owner.release(), destroy);
  g_source_attach(source, context);
  g_source_unref(source);
}

}  // namespace sharpen
