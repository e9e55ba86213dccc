#pragma once

#include <string>

namespace sharpen {

/// A UUID of the running GIMP, the same for every plug-in process that it starts: image ids repeat
/// in the next GIMP, this does not. Kept in a global parasite that GIMP does not save.
[[nodiscard]] std::string gimp_session();

}  // namespace sharpen
