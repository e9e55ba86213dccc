#include "client/jobs/resolve_service.h"

#include "base/i18n.h"
#include "client/http/address.h"
#include "client/keys/keys.h"
#include "client/local/local_service.h"

namespace sharpen {

Result<ServiceAddress> address_without_key(ServiceKind kind, const Settings& settings) {
  if (kind == ServiceKind::this_computer)
    return ServiceAddress{.kind = kind, .base_url = {}, .key = {}, .ca_file = {}};
  auto url =
      checked_base_url(settings.service_url.empty() ? official_url(kind) : settings.service_url);
  if (!url) return fail(std::move(url));
  return ServiceAddress{.kind = kind, .base_url = *std::move(url), .key = {}, .ca_file = {}};
}

namespace {

/// The address with its key; without one if none is known.
Result<ServiceAddress> with_known_key(ServiceKind kind, const Settings& settings, const Home& home,
                                      GCancellable* cancellable) {
  auto address = address_without_key(kind, settings);
  if (!address) return address;
  address->ca_file = home.ca_file;
  auto found = find_key(kind, origin_of(address->base_url), home, cancellable);
  if (!found) return fail(std::move(found));
  if (*found) address->key = (*found)->key;
  return address;
}

std::unexpected<Error> no_key(ServiceKind kind) {
  const bool topaz = kind == ServiceKind::topaz;
  return fail(ErrorKind::no_key, tr("There is no key for {}.", _(title_of(kind))),
              tr("Enter one in the dialog, or set the environment variable {}.",
                 topaz ? "TOPAZ_API_KEY" : "AIMLAPI_KEY"));
}

}  // namespace

Result<ServiceAddress> resolve_service(const Settings& settings, const Home& home,
                                       GCancellable* cancellable) {
  if (const auto kind = service_from(settings.service)) {
    if (*kind == ServiceKind::this_computer) return local_service(home, cancellable);
    auto address = with_known_key(*kind, settings, home, cancellable);
    if (address && address->key.empty() && *kind != ServiceKind::own_server) return no_key(*kind);
    return address;
  }
  if (settings.service != "automatic") {
    if (auto checked = check(settings); !checked) return fail(std::move(checked));
  }
  // An address belongs to one service; which one, only the user can say.
  if (!settings.service_url.empty())
    return fail(ErrorKind::bad_argument, _("An address does not go with the service “automatic”."),
                _("Name the service too: topaz, aimlapi or own-server."));
  for (const ServiceKind kind : {ServiceKind::topaz, ServiceKind::aimlapi}) {
    auto address = with_known_key(kind, settings, home, cancellable);
    if (!address || !address->key.empty()) return address;
  }
  return local_service(home, cancellable);
}

}  // namespace sharpen
