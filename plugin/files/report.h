#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "plugin/files/file_item.h"
#include "plugin/files/files_options.h"

namespace sharpen {

/// One file as members of an object: file, address, result, output, job, cost, seconds, found,
/// error.
void write_members(JsonWriter& writer, const FileItem& item);

/// Writes the report as `base`.json and `base`.csv, each whole or not at all. Errors: io.
[[nodiscard]] Result<void> write_report(const std::filesystem::path& base,
                                        const std::vector<FileItem>& items,
                                        const FileTotals& totals, bool dry_run);

/// One line of a CSV file (RFC 4180).
[[nodiscard]] std::string csv_line(const std::vector<std::string>& fields);

}  // namespace sharpen
