#pragma once

#include <gio/gio.h>

#include "base/error.h"
#include "client/home.h"
#include "client/providers/service.h"
#include "client/providers/settings.h"

namespace sharpen {

/// The address that settings mean at a service, without asking for its key. Errors: bad_argument.
[[nodiscard]] Result<ServiceAddress> address_without_key(ServiceKind kind,
                                                         const Settings& settings);

/// Turns the words of Settings into an address with its key: `automatic` is Topaz if it has a key,
/// else the AI/ML API if it has one, else this computer, whose service is started if need be.
/// Errors: no_key, bad_argument, io (keyring, service does not start).
[[nodiscard]] Result<ServiceAddress> resolve_service(const Settings& settings, const Home& home,
                                                     GCancellable* cancellable);

}  // namespace sharpen
