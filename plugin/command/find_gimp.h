#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace sharpen {

/// The command line of a GIMP 3 without windows: the one that is named, or the first of
/// $REMOTE_SHARPEN_GIMP, those of a distribution, and flatpak. Errors: bad_argument.
[[nodiscard]] Result<std::vector<std::string>> find_gimp(const std::string& named);

}  // namespace sharpen
