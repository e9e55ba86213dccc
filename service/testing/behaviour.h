#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sharpen::server {

/// One thing that the vendors' documents leave open, or that a test needs to provoke.
struct Behaviour {
  const char* name;
  const char* value;    ///< unless chosen otherwise
  const char* allowed;  ///< words separated by |, or "number", or "text"
  const char* help;
};
[[nodiscard]] std::span<const Behaviour> behaviours();

/// The chosen values; looked up by the names of the table.
class Behaviours {
 public:
  /// Takes "NAME=VALUE". Errors: bad_argument, with the names or words that exist.
  [[nodiscard]] Result<void> set(std::string_view assignment);

  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::int64_t number(std::string_view name) const;
  [[nodiscard]] bool is(std::string_view name, std::string_view value) const {
    return text(name) == value;
  }

 private:
  std::map<std::string, std::string, std::less<>> chosen_;
};

}  // namespace sharpen::server
