#pragma once

#include <filesystem>
#include <system_error>

namespace sharpen {

/// Makes `to`, replaced if it exists, a hard link to `from`, or a copy where the file system has no
/// links. For files that are not written again.
[[nodiscard]] std::error_code link_or_copy(const std::filesystem::path& from,
                                           const std::filesystem::path& to);

}  // namespace sharpen
