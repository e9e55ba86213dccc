#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "client/home.h"
#include "client/providers/settings.h"
#include "ui/host.h"

namespace sharpen {

/// Sharpens all sources without a window, in a main loop of its own, and tells GIMP the progress.
/// If some fail, the others are placed all the same before the error is returned.
[[nodiscard]] Result<std::vector<std::string>> run_unattended(const Settings& settings, Host& host,
                                                              const Home& home,
                                                              Host::PlaceOptions options);

}  // namespace sharpen
