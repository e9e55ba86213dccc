#pragma once

#include <string>
#include <vector>

#include "client/providers/settings.h"
#include "plugin/place/placement.h"

namespace sharpen {

/// A new layer's name.
[[nodiscard]] std::string result_name(const std::string& layer_name, const Settings& settings);

/// What the user has to be told of a result, in sentences.
[[nodiscard]] std::vector<std::string> notes_of(const ImportReport& report);
[[nodiscard]] std::vector<std::string> notes_of(const NewLayer& layer);

}  // namespace sharpen
