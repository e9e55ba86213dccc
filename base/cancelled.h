#pragma once

#include <string>

#include "base/error.h"

namespace sharpen {

/// The user cancelled. `hint` says what became of the job, if there is something to say.
[[nodiscard]] Error cancelled_error(std::string hint = {});

}  // namespace sharpen
