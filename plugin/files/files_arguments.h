#pragma once

#include <libgimp/gimp.h>

#include "base/error.h"
#include "client/home.h"
#include "client/providers/settings.h"
#include "plugin/files/files_options.h"

namespace sharpen {

/// Adds every argument and return value of plug-in-remote-sharpen-files: its run mode, the inputs,
/// the settings of plug-in-remote-sharpen, and files_arguments().
void add_files_arguments(GimpProcedure* procedure);

/// The arguments that say which files. Errors: bad_argument.
[[nodiscard]] Result<FilesOptions> read_files_options(GimpProcedureConfig* config);
/// Back, as far as the dialog knows them.
void write_files_options(GimpProcedureConfig* config, const FilesOptions& options);

/// The settings of the preset, and over them each argument that is not at its default. Errors:
/// bad_argument.
[[nodiscard]] Result<Settings> read_files_settings(GimpProcedureConfig* config, const Home& home);

}  // namespace sharpen
