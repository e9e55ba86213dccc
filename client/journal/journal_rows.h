#pragma once

#include <cstdint>
#include <string>

#include "base/sqlite.h"
#include "client/journal/journal.h"

namespace sharpen {

/// The columns of an entry, in the order of bind_entry() and read_entry().
inline constexpr const char* entry_columns =
    "step, service, base_url, upload_name, process_id, download_url, settings, gimp_run, image_id, "
    "layer_tattoo, image_file, layer_name, offset_x, offset_y, width, height, channels, bits, "
    "format, original_file, result_file, cost, created, preview, key_mark, "
    "box_x, box_y, layer_width, layer_height, fingerprint, placed";

/// "?, ?, …" for every column of an entry.
[[nodiscard]] std::string placeholders();
void bind_entry(sqlite::Statement& statement, const JournalEntry& entry);
/// The entry in the columns that come next.
[[nodiscard]] JournalEntry read_entry(std::int64_t id, sqlite::Statement& row);

}  // namespace sharpen
