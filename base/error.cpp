#include "base/error.h"

#include <array>

namespace sharpen {

std::string_view name_of(ErrorKind kind) {
  static constexpr std::array<std::string_view, 23> names = {
      "bad_argument", "bad_picture",    "too_large",  "too_expensive",
      "no_key",       "key_refused",    "no_credits", "no_subscription",
      "not_found",    "conflict",       "refused",    "model_withdrawn",
      "busy",         "service_failed", "network",    "tls",
      "protocol",     "maybe_billed",   "timed_out",  "cancelled",
      "io",           "gimp",           "internal"};
  return names.at(static_cast<std::size_t>(kind));
}

}  // namespace sharpen
