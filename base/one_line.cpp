#include "base/one_line.h"

#include <cstddef>

namespace sharpen {

std::string one_line(std::string text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (byte(at) < 0x20 || byte(at) == 0x7f) text[at] = ' ';
    // U+0080 to U+009F in UTF-8.
    const bool is_c1 =
        byte(at) == 0xc2 && at + 1 < text.size() && byte(at + 1) >= 0x80 && byte(at + 1) < 0xa0;
    if (is_c1) text.replace(at, 2, " ");
  }
  return text;
}

}  // namespace sharpen
