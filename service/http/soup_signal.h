#pragma once

#include <glib-object.h>

#include <functional>
#include <memory>
#include <utility>

namespace sharpen::server {

/// Connects a function to a signal whose arguments behind the object are Args. It lives as long as
/// the object. An exception is reported and ends there.
template <class... Args>
void connect(gpointer object, const char* signal, std::function<void(Args...)> function) {
  using Function = std::function<void(Args...)>;
  constexpr auto call = +[](gpointer, Args... arguments, gpointer data) {
    try {
      (*static_cast<Function*>(data))(arguments...);
    } catch (...) {
      g_critical("a signal handler threw an exception");
    }
  };
  constexpr auto destroy = +[](gpointer data, GClosure*) {
    const std::unique_ptr<Function> owner(static_cast<Function*>(data));
  };
  auto owner = std::make_unique<Function>(std::move(function));
  g_signal_connect_data(object, signal, G_CALLBACK(call), owner.release(), destroy,
                        GConnectFlags(0));
}

}  // namespace sharpen::server
