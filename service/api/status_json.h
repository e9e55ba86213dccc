#pragma once

#include "base/json.h"
#include "service/core.h"

namespace sharpen::server {

/// Appends a job as the Topaz StatusResponse. `polls` counts how often its status was asked for
/// (behaviour `progress`).
void append_status(JsonWriter& json, const Job& job, const Core& core, int polls);

}  // namespace sharpen::server
