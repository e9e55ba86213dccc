#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace sharpen {

/// A child that outlives us.
struct DetachedProcess {
  pid_t id = 0;
  UniqueFd output;  ///< what it writes, both streams; closing it does the child no harm
};

/// Starts a program in a session of its own, so that a signal to our process group (which is how
/// GIMP ends a plug-in) does not reach it. It reads `input`, has no other open files and the
/// root as its folder, and sees only variables that name folders and languages: never a key.
/// Errors: io.
[[nodiscard]] Result<DetachedProcess> start_detached(const std::filesystem::path& program,
                                                     const std::vector<std::string>& arguments,
                                                     const std::string& input);

/// Ends a child of ours at once and reaps it.
void end_child(pid_t id);

}  // namespace sharpen
