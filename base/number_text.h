#pragma once

#include <string>

namespace sharpen {

/// A number as the user's locale writes it, with so many decimals; for the screen only.
[[nodiscard]] std::string number_text(double value, int digits);
/// A number as scripts and services write it, the same in every locale: "0.5".
[[nodiscard]] std::string plain_number(double value);

}  // namespace sharpen
