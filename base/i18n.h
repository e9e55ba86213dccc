#pragma once

#include <format>
#include <string>
#include <utility>

namespace sharpen {

/// The message in the user's language (gettext domain "remote-sharpen").
[[nodiscard]] const char* _(const char* message);

/// Marks a message of a table for translation; the user of the table calls _().
[[nodiscard]] constexpr const char* N_(const char* message) { return message; }

/// The singular or plural form for `count`.
[[nodiscard]] const char* ngettext_(const char* one, const char* many, unsigned long count);

namespace detail {
[[nodiscard]] std::string format_translated(const char* message, const char* translated,
                                            std::format_args arguments);
}

/// Translates a std::format string, then fills it in. A translation whose placeholders do not fit
/// falls back to the original instead of throwing.
template <class... Args>
[[nodiscard]] std::string tr(const char* message, const Args&... arguments) {
  return detail::format_translated(message, _(message), std::make_format_args(arguments...));
}

/// tr() with a singular and a plural form; `count` chooses and is not itself an argument.
template <class... Args>
[[nodiscard]] std::string trn(const char* one, const char* many, unsigned long count,
                              const Args&... arguments) {
  return detail::format_translated(count == 1 ? one : many, ngettext_(one, many, count),
                                   std::make_format_args(arguments...));
}

}  // namespace sharpen
