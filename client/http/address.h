#pragma once

#include <gio/gio.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/glib_ref.h"

namespace sharpen {

/// An address in its parts, as requests read it; null if it is none.
[[nodiscard]] Ref<GUri> parse_url(const std::string& url);

/// From how far away an address can be reached; ordered.
enum class Reach { loopback, private_network, public_network };

/// The reach of a numeric address. Link-local, shared and multicast ranges count as private.
[[nodiscard]] Reach reach_of(GInetAddress* address);
/// The reach that a host has by its spelling alone: a numeric address or "localhost"; anything
/// else is public until it is resolved.
[[nodiscard]] Reach reach_of_host(const std::string& host);
/// The same for the host of an address ("https://host:port/path"); public if it has none.
[[nodiscard]] Reach reach_of_url(const std::string& url);

/// A service's base address without blanks around it and without its last slash. Errors:
/// bad_argument unless it is https, or http on this computer's loopback, without user, query and
/// fragment.
[[nodiscard]] Result<std::string> checked_base_url(const std::string& typed);

/// "https://host:port" with the port left out where it is the scheme's own; empty if not an URL.
[[nodiscard]] std::string origin_of(const std::string& url);

/// How near the service at `base_url` is, its name resolved unless a proxy does that for us.
[[nodiscard]] Reach reach_of_service(const std::string& base_url, GCancellable* cancellable);

/// Whether a result may be fetched from `url` as far as its spelling tells: https (http only on
/// loopback, where the service itself is there), no user, no numeric address nearer to this
/// computer than the service, so that a public service cannot make us read the private network.
/// What a name resolves to is checked at the connection (HttpRequest::nearest). Errors: protocol.
[[nodiscard]] Result<void> check_download_url(const std::string& url, Reach service);
/// What a refusal says, by its spelling or at the connection.
[[nodiscard]] Error unsafe_address();

/// An address made from a base and the `Location` of a redirect; empty if it is none.
[[nodiscard]] std::string resolve_url(const std::string& base, const std::string& reference);

/// Text as a part of a path or a query.
[[nodiscard]] std::string uri_escaped(std::string_view text);

}  // namespace sharpen
