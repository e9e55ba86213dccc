#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/providers/settings.h"

namespace sharpen {

/// One setting as it goes to a service.
struct RequestField {
  std::string_view name;  ///< "minor_denoise"
  std::variant<bool, std::int64_t, double, std::string_view> value;

  /// For a form field: "true", "7", "0.5", "All"; the same in every locale.
  [[nodiscard]] std::string text() const;
};

/// What is sent of the settings, besides the model: only what the model takes at this service and
/// what is not Auto; face enhancement always, unless it was left to the service. Unknown names are
/// dropped by services without a word, so nothing else goes out, and to Topaz each name goes in
/// both of its spellings.
[[nodiscard]] std::vector<RequestField> request_fields(const Settings& settings,
                                                       ServiceKind service);

/// Which of the numbers that were sent a service did not use, by the `options_json` of its status;
/// none if that says nothing.
[[nodiscard]] std::vector<ParameterId> settings_not_used(const Settings& settings,
                                                         ServiceKind service,
                                                         std::string_view options_json);

}  // namespace sharpen
