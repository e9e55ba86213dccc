#pragma once

#include <filesystem>

#include "base/error.h"
#include "service/store/journal.h"

namespace sharpen::server {

/// Version 0.1.0 kept a file for each record. Moves what it left in a state folder into the
/// journal, once. Errors: io; then the files are still there.
[[nodiscard]] Result<void> import_old_records(const std::filesystem::path& folder,
                                              Journal& journal);

}  // namespace sharpen::server
