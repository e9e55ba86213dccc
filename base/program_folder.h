#pragma once

#include <filesystem>

namespace sharpen {

/// The folder of the running program, in which the archive has the libraries that it brings; empty
/// if the system does not say.
[[nodiscard]] std::filesystem::path program_folder();

}  // namespace sharpen
