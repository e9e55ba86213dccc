#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "client/journal/sqlite.h"

namespace sharpen {

struct JournalFile {
  sqlite::Database database;  ///< with the tables of this version
  std::string notice;         ///< a sentence for the user, or empty
};

/// Opens the file of the journal, or makes it, with its mode and schema. One that is damaged, or
/// that a newer version wrote, is renamed aside. Errors: io.
[[nodiscard]] Result<JournalFile> open_journal_file(const std::filesystem::path& file);

}  // namespace sharpen
