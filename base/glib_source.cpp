#include "base/glib_source.h"

#include <memory>

namespace sharpen {
namespace {

gboolean call(gpointer data) {
  auto& callback = *static_cast<Source::Callback*>(data);
  try {
    return callback() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  } catch (...) {
    g_critical("a callback threw an exception");
    return G_SOURCE_REMOVE;
  }
}

void destroy(gpointer data) {
  const std::unique_ptr<Source::Callback> owner(static_cast<Source::Callback*>(data));
}

}  // namespace

Source::Source(GSource* source, Callback callback, GMainContext* context) : source_(source) {
  auto owner = std::make_unique<Callback>(std::move(callback));
  g_source_set_callback(source_, call, owner.release(), destroy);
  g_source_attach(source_, context);
}

Source Source::timeout(unsigned milliseconds, Callback callback, GMainContext* context) {
  return Source(g_timeout_source_new(milliseconds), std::move(callback), context);
}

Source Source::idle(Callback callback, GMainContext* context) {
  return Source(g_idle_source_new(), std::move(callback), context);
}

void Source::stop() {
  if (!source_) return;
  g_source_destroy(source_);
  g_source_unref(std::exchange(source_, nullptr));
}

void post(std::function<void()> callback, GMainContext* context) {
  auto owner = std::make_unique<Source::Callback>([run = std::move(callback)] {
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
