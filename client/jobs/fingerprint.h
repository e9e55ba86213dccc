#pragma once

#include <gio/gio.h>

#include <filesystem>
#include <string>

#include "base/error.h"

namespace sharpen {

/// Tells pictures apart by what they show: 64 hexadecimal digits of the size, the samples and the
/// colour profile. The profile's date and id do not count, since GIMP makes its own profiles anew
/// in each process. Errors: bad_picture, io, cancelled.
/// Source: ICC.1:2010, 7.2 (profile header), bytes 24 to 35 and 84 to 99.
[[nodiscard]] Result<std::string> fingerprint_of(const std::filesystem::path& file,
                                                 GCancellable* cancellable);

}  // namespace sharpen
