#pragma once

#include "client/journal/journal.h"

namespace sharpen {

/// Whether the result of a placed job is in an XCF file that was written since: the image's own, or
/// the one beside it that GIMP proposes for a photograph. The layer of a result names its job.
[[nodiscard]] bool is_in_saved_file(const JournalEntry& placed);

/// When a file was last written, Unix microseconds; 0 if there is none, or not on this computer.
[[nodiscard]] std::int64_t written_at(const std::string& uri);

}  // namespace sharpen
