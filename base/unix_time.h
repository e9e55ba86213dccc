#pragma once

#include <glib.h>

#include <cstdint>

namespace sharpen {

/// Seconds since 1970, by the wall clock.
[[nodiscard]] inline std::int64_t unix_now() { return g_get_real_time() / G_USEC_PER_SEC; }

}  // namespace sharpen
