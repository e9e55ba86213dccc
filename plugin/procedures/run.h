#pragma once

#include <libgimp/gimp.h>

#include "client/home.h"

namespace sharpen {

/// The folders of a run inside GIMP: the plug-in's own, and one in GIMP's user directory.
[[nodiscard]] Home gimp_home();

/// The run functions of the procedures; no exception leaves them.
/// Source: GimpRunImageFunc and GimpRunFunc of libgimp.
GimpValueArray* run_sharpen(GimpProcedure* procedure, GimpRunMode run_mode, GimpImage* image,
                            GimpDrawable** drawables, GimpProcedureConfig* config, gpointer data);
GimpValueArray* run_files_procedure(GimpProcedure* procedure, GimpProcedureConfig* config,
                                    gpointer data);
GimpValueArray* run_recover(GimpProcedure* procedure, GimpProcedureConfig* config, gpointer data);

}  // namespace sharpen
