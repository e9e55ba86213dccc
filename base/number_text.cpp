#include "base/number_text.h"

#include <array>
#include <cstdio>
#include <format>

namespace sharpen {

std::string number_text(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string plain_number(double value) { return std::format("{:.10g}", value); }

}  // namespace sharpen
