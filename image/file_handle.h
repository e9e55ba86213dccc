#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/error.h"

namespace sharpen {

struct FileClose {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
/// A stdio file that is closed with its owner.
using File = std::unique_ptr<std::FILE, FileClose>;

/// Opens a file with a large buffer; it is not inherited by child processes. Errors: io.
[[nodiscard]] Result<File> open_to_read(const std::filesystem::path& path);
/// Creates or replaces a file. Errors: io.
[[nodiscard]] Result<File> open_to_write(const std::filesystem::path& path);
/// Closes a file that was written and reports what could not reach the disk. Errors: io.
[[nodiscard]] Result<void> close_written(File file);

/// What to say when the disk refuses: `code` is an errno.
[[nodiscard]] Error read_error(const std::filesystem::path& path, int code);
[[nodiscard]] Error write_error(int code);

}  // namespace sharpen
