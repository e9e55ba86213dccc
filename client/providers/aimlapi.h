#pragma once

#include <memory>

#include "base/error.h"
#include "client/providers/service.h"

namespace sharpen {

/// The AI/ML API (`topaz-labs/sharpen` and `topaz-labs/sharpen-gen`): one request that is held
/// until the result is ready. `address` is checked: see open_service().
[[nodiscard]] Result<std::unique_ptr<Service>> open_aimlapi(ServiceAddress address);

}  // namespace sharpen
