#pragma once

#include <gio/gio.h>

#include <chrono>
#include <optional>
#include <string>

#include "base/error.h"

namespace sharpen {

/// The desktop's keyring (org.freedesktop.secrets), asked from a worker thread. No session bus, or
/// no keyring on it, is no keyring: it holds no key. One that does not answer within `limit`, or
/// that stays locked, is an error (io) that says what to do: "no key" would choose another service.
class Keyring {
 public:
  /// Under which a key is kept.
  struct Name {
    std::string service;  ///< "topaz"
    std::string origin;   ///< "https://api.topazlabs.com"
  };

  explicit Keyring(GCancellable* cancellable, std::chrono::milliseconds limit = default_limit)
      : cancellable_(cancellable), limit_(limit) {}

  /// Asks the user to unlock the keyring where it is locked and has the key.
  [[nodiscard]] Result<std::optional<std::string>> find(const Name& name) const;
  /// Errors: io also where there is no keyring.
  [[nodiscard]] Result<void> store(const Name& name, const std::string& label,
                                   const std::string& key) const;
  [[nodiscard]] Result<void> forget(const Name& name) const;

  static constexpr std::chrono::milliseconds default_limit{3000};

 private:
  GCancellable* cancellable_;
  std::chrono::milliseconds limit_;
};

}  // namespace sharpen
