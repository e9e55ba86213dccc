#include "base/number_text.h"

#include <array>
#include <cstdio>

namespace sharpen {

std::string number_text(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

}  // namespace sharpen
