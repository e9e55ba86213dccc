#pragma once

#include <gio/gio.h>

#include <filesystem>

#include "base/error.h"
#include "base/spool_file.h"
#include "client/journal/journal.h"

namespace sharpen {

/// A second name for the journal's file, so that the result outlives whoever drops the first.
/// Errors: io.
[[nodiscard]] Result<SpoolFile> second_name(const std::filesystem::path& file);

/// The result of a job that is here already; empty if there is none. The answer to a submit may
/// have come to its end, or not, when its process was killed.
[[nodiscard]] std::filesystem::path result_here(const JournalEntry& entry,
                                                GCancellable* cancellable);

}  // namespace sharpen
