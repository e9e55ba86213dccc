#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/row_spool.h"
#include "plugin/export/formats.h"
#include "ui/host.h"

namespace sharpen {

/// What stays here of a layer while its picture is away: everything that the picture cannot carry,
/// as it was when it was sent, whatever becomes of the layer meanwhile.
struct SourceSnapshot {
  TransferFormat format;
  int width = 0, height = 0;     ///< of the sent box, pixels
  std::optional<RowSpool> rows;  ///< in format.native; only if the wire is not exact, or with alpha
};

/// Ends the kept rows with their format, for load_snapshot(). Errors: io.
[[nodiscard]] Result<void> seal_rows(SourceSnapshot& snapshot);

/// What an earlier process kept of the picture that it sent: the rows of its pixels_file(), if it
/// had to keep any. Errors: bad_picture, io.
[[nodiscard]] Result<SourceSnapshot> load_snapshot(const std::filesystem::path& sent_file);

}  // namespace sharpen
