#include <utility>

#include "client/http/address.h"
#include "client/providers/aimlapi.h"
#include "client/providers/service.h"
#include "client/providers/topaz.h"

namespace sharpen {

Result<std::unique_ptr<Service>> open_service(const ServiceAddress& address) {
  auto base = checked_base_url(address.base_url);
  if (!base) return fail(std::move(base));
  ServiceAddress checked = address;
  checked.base_url = *std::move(base);
  switch (address.kind) {
    case ServiceKind::topaz:
    case ServiceKind::own_server:
    case ServiceKind::this_computer:
      return open_topaz(std::move(checked));
    case ServiceKind::aimlapi:
      return open_aimlapi(std::move(checked));
  }
  std::unreachable();
}

}  // namespace sharpen
