#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sharpen {

/// How many columns of a terminal a text takes; a Chinese or Japanese character takes two.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// A line of --help: what is typed, and beside it the explanation, on as many lines as it needs
/// (96 columns). Breaks where Unicode allows it, so also in writing without blanks.
[[nodiscard]] std::string option_lines(std::string_view typed, std::string_view explanation);

}  // namespace sharpen
