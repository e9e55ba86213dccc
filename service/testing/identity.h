#pragma once

#include "service/jobs/work.h"

namespace sharpen::server {

/// The engine that changes nothing: the picture as it came, in the format that was asked for.
/// Errors: bad_picture, io, cancelled.
[[nodiscard]] Result<void> copy_picture(const WorkOrder& order, Ticket& ticket);

}  // namespace sharpen::server
