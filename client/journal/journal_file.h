#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/sqlite.h"

namespace sharpen {

struct JournalFile {
  sqlite::Database database;  ///< with the tables of this version
  std::string notice;         ///< a sentence for the user, or empty
};

/// Another process holds the journal for milliseconds; a disk that sleeps, for seconds.
inline constexpr std::chrono::milliseconds journal_patience{15'000};

/// Opens the file of the journal, or makes it, with its mode and schema. One that is damaged, or
/// that a newer version wrote, is renamed aside. One that cannot be read or written now (the disk
/// is full, another process has it for longer than `patience`) stays where it is. Errors: io.
[[nodiscard]] Result<JournalFile> open_journal_file(
    const std::filesystem::path& file, std::chrono::milliseconds patience = journal_patience);

}  // namespace sharpen
