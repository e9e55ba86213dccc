#pragma once

#include <memory>

#include "base/error.h"
#include "client/providers/service.h"

namespace sharpen {

/// The Topaz Image API: Topaz itself, this computer's sharpen-service and own servers.
/// `address` is checked: see open_service().
[[nodiscard]] Result<std::unique_ptr<Service>> open_topaz(ServiceAddress address);

}  // namespace sharpen
