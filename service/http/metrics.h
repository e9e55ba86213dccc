#pragma once

#include <string>

#include "service/core.h"

namespace sharpen::server {

/// What Prometheus asks for: text, format version 0.0.4.
[[nodiscard]] Answer metrics_answer(const Core& core);
/// 200 while jobs are taken, else 503.
[[nodiscard]] Answer health_answer(const Core& core);

}  // namespace sharpen::server
