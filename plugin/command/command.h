#pragma once

namespace sharpen {

/// The shell command `remote-sharpen`: runs plug-in-remote-sharpen-files in a GIMP without windows
/// and passes on its progress and its exit status.
int run_command(int argc, char** argv, const char* version);

}  // namespace sharpen
