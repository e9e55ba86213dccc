#pragma once

#include <string>

namespace sharpen {

/// A text from elsewhere with blanks for its control characters, those beyond ASCII included: no
/// name can break a line or move the cursor of a terminal.
[[nodiscard]] std::string one_line(std::string text);

}  // namespace sharpen
