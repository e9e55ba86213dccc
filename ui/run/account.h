#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/glib_source.h"
#include "client/home.h"
#include "client/providers/service.h"
#include "client/providers/settings.h"
#include "ui/run/background.h"

namespace sharpen {

/// A service that was found, with its key, and what it can do.
struct Account {
  ServiceAddress address;
  Capabilities capabilities;
};

/// Finds the service that the settings mean in a worker thread (keyring, start of the embedded
/// service), then asks its balance in another.
class AccountWatch {
 public:
  struct Events {
    std::function<void(const Result<Account>&)> found;
    std::function<void(const Result<Balance>&)> balance;
  };
  AccountWatch(Home home, Events events);

  /// Looks again if the service's name or address changed, after a short rest for typing.
  void follow(const Settings& settings);
  /// Looks again: a key was stored or forgotten.
  void refresh();
  /// Asks for the balance again: something was paid.
  void refresh_balance();

  [[nodiscard]] const std::optional<Account>& account() const { return account_; }

 private:
  void look();

  Home home_;
  Events events_;
  Settings settings_;
  bool followed_ = false;
  std::optional<Account> account_;
  EventSource rest_;
  Background finding_, asking_;
};

}  // namespace sharpen
