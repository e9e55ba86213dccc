#pragma once

#include <string>

namespace sharpen {

/// A number as the user's locale writes it, with so many decimals; for the screen only.
[[nodiscard]] std::string number_text(double value, int digits);

}  // namespace sharpen
