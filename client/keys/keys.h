#pragma once

#include <gio/gio.h>

#include <optional>
#include <string>

#include "base/error.h"
#include "client/home.h"
#include "client/providers/service.h"
#include "client/providers/settings.h"

namespace sharpen {

/// Where a key was found or is to be kept.
enum class KeyPlace { environment, keyring, file };

struct FoundKey {
  std::string key;  ///< secret: never print, log or store it elsewhere
  KeyPlace place = KeyPlace::keyring;
};

/// Looks for the key of a service: environment (TOPAZ_API_KEY, AIMLAPI_KEY, and
/// SHARPEN_SERVICE_KEY for an own server), then the system keyring (at most 3 s), then the 0600
/// file that the user may have chosen. `origin` ("https://host:port") tells own servers apart.
/// No key is an empty optional; a keyring that does not answer is an error (io). Blocks: call it in
/// a worker thread.
[[nodiscard]] Result<std::optional<FoundKey>> find_key(ServiceKind service,
                                                       const std::string& origin, const Home& home,
                                                       GCancellable* cancellable);
/// Stores a key in the keyring or, only when asked in so many words, in a 0600 file.
[[nodiscard]] Result<void> store_key(ServiceKind service, const std::string& origin,
                                     const std::string& key, KeyPlace place, const Home& home,
                                     GCancellable* cancellable);
/// Forgets a key in the keyring and in the file.
[[nodiscard]] Result<void> forget_key(ServiceKind service, const std::string& origin,
                                      const Home& home, GCancellable* cancellable);

}  // namespace sharpen
