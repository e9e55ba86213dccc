#pragma once

#include <libgimp/gimp.h>

#include "base/error.h"
#include "client/home.h"
#include "plugin/files/file_item.h"

namespace sharpen {

/// Adds every argument and return value of plug-in-remote-sharpen-files: its run mode, the inputs,
/// the settings of plug-in-remote-sharpen, and files_arguments().
void add_files_arguments(GimpProcedure* procedure);

/// Runs without a window, in a main loop of its own, and tells GIMP and the progress file how far
/// it is. Errors: those of FilesRun::prepare(), and what stopped the run.
[[nodiscard]] Result<FileTotals> run_files(GimpProcedureConfig* config, const Home& home);

}  // namespace sharpen
