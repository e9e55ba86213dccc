#include "base/i18n.h"

#include <glib.h>

namespace sharpen {
namespace {
constexpr const char* domain = "remote-sharpen";
}

const char* _(const char* message) { return g_dgettext(domain, message); }

const char* ngettext_(const char* one, const char* many, unsigned long count) {
  return g_dngettext(domain, one, many, count);
}

std::string detail::format_translated(const char* message, const char* translated,
                                      std::format_args arguments) {
  try {
    return std::vformat(translated, arguments);
  } catch (const std::format_error&) {
    return std::vformat(message, arguments);
  }
}

}  // namespace sharpen
