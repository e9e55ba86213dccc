#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/providers/settings.h"

namespace sharpen {

/// One setting as it goes to a service.
struct WireSetting {
  std::string_view name;  ///< "minor_denoise"
  std::variant<bool, double, std::string_view> value;

  /// For a form field: "true", "0.5", "All"; the same in every locale.
  [[nodiscard]] std::string text() const;
};

/// What is sent of the settings, besides the model: only what the model takes at this service and
/// what is not Auto; face enhancement always, unless it was left to the service. Unknown names are
/// dropped by services without a word, so nothing else goes out.
[[nodiscard]] std::vector<WireSetting> wire_settings(const Settings& settings, ServiceKind service);

}  // namespace sharpen
