#pragma once

#include <libgimp/gimp.h>

#include "base/error.h"
#include "client/home.h"
#include "plugin/files/file_item.h"

namespace sharpen {

/// Runs without a window, in a main loop of its own, and tells GIMP and the progress file how far
/// it is. Errors: those of FilesRun::prepare(), and what stopped the run.
[[nodiscard]] Result<FileTotals> run_files(GimpProcedureConfig* config, const Home& home);

}  // namespace sharpen
