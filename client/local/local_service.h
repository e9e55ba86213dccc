#pragma once

#include <gio/gio.h>

#include <string>

#include "base/error.h"
#include "client/home.h"
#include "client/providers/service.h"

namespace sharpen {

/// The address and one-time key of the sharpen-service of this user, started detached (own session,
/// own process group) if none answers, and reused by later runs until it exits idle. The key goes
/// over a pipe; the running service is remembered in a 0600 file of the user's runtime folder.
/// Blocks: call it in a worker thread. Errors: io (it does not start), cancelled.
[[nodiscard]] Result<ServiceAddress> local_service(const Home& home, GCancellable* cancellable);

/// Whether the sharpen-service at this address still runs. Takes less than a millisecond.
[[nodiscard]] bool is_running(const ServiceAddress& address);

/// Deletes an ended job at the sharpen-service of this user if it runs, so that its pictures do not
/// fill the disk until they expire. Takes milliseconds, and never longer than some hundred.
void forget_at_local_service(const std::string& process_id);

}  // namespace sharpen
