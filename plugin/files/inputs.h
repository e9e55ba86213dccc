#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "plugin/files/files_options.h"

namespace sharpen {

/// A file that a run was given, or found in a folder.
struct Input {
  std::filesystem::path file;
  std::filesystem::path subfolder;  ///< below the folder that was given; empty at its top
  bool found = false;               ///< in a folder: it need not be a picture
  Error problem = {};               ///< why it cannot be used, if the message is not empty
};

/// The files of a run, each once, folders sorted by name. What cannot be read, is empty or is not
/// there is an input with a problem. Errors: bad_argument if nothing was given, io for the list.
[[nodiscard]] Result<std::vector<Input>> find_inputs(const FilesOptions& options);

/// A file's name for people: valid UTF-8 in one line.
[[nodiscard]] std::string display_name(const std::filesystem::path& file);

/// Whether a file from a folder may be a picture, by its name and its first bytes.
[[nodiscard]] bool may_be_picture(const std::filesystem::path& file);

}  // namespace sharpen
