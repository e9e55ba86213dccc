#pragma once

#include <memory>

#include "base/error.h"
#include "client/home.h"
#include "client/providers/service.h"

namespace sharpen {

/// open_service() for work that outlives the service of this computer: where that has left, idle or
/// killed, it is started again and the call repeated, unseen. Its jobs are on the disk and go on.
/// Errors besides: io if it does not start, or ends again and again. Other services are opened as
/// they are.
[[nodiscard]] Result<std::unique_ptr<Service>> open_revived(const ServiceAddress& address,
                                                            const Home& home);

}  // namespace sharpen
