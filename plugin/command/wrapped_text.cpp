#include "plugin/command/wrapped_text.h"

#include <pango/pango.h>

#include <vector>

namespace sharpen {
namespace {

constexpr std::size_t left_column = 30, width = 96;

/// The pieces between which a line may end, each with the blanks behind it.
std::vector<std::string_view> pieces_of(std::string_view text) {
  const int bytes = static_cast<int>(text.size());
  const auto characters = static_cast<std::size_t>(g_utf8_strlen(text.data(), bytes));
  std::vector<PangoLogAttr> breaks(characters + 1);
  pango_get_log_attrs(text.data(), bytes, -1, pango_language_get_default(), breaks.data(),
                      static_cast<int>(breaks.size()));
  std::vector<std::string_view> pieces;
  const char* begin = text.data();
  const char* at = begin;
  for (std::size_t i = 0; i <= characters; ++i) {
    if (i > 0 && (breaks[i].is_line_break || i == characters)) {
      pieces.emplace_back(begin, at);
      begin = at;
    }
    if (i < characters) at = g_utf8_next_char(at);
  }
  return pieces;
}

std::string_view without_end_blanks(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end; at = g_utf8_next_char(at)) {
    const gunichar character = g_utf8_get_char(at);
    if (!g_unichar_iszerowidth(character)) columns += g_unichar_iswide(character) ? 2 : 1;
  }
  return columns;
}

std::string option_lines(std::string_view typed, std::string_view explanation) {
  std::string out = "  " + std::string(typed);
  const std::size_t taken = columns_of(out);
  const std::string indent(left_column, ' ');
  out += taken < left_column ? std::string(left_column - taken, ' ') : "\n" + indent;
  std::string line;
  for (const std::string_view piece : pieces_of(explanation)) {
    if (!line.empty() &&
        left_column + columns_of(line) + columns_of(without_end_blanks(piece)) > width) {
      out.append(without_end_blanks(line)).append("\n").append(indent);
      line.clear();
    }
    line += piece;
  }
  return out.append(without_end_blanks(line)).append("\n");
}

}  // namespace sharpen
