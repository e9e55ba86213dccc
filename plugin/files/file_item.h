#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "plugin/files/inputs.h"

namespace sharpen {

/// What becomes of a file of a run. From `done` on it is final.
enum class FileState {
  waiting,
  working,
  done,     ///< the output was written
  had_it,   ///< an earlier run wrote this very output
  skipped,  ///< another file has the output's name
  ignored,  ///< found in a folder, and no picture
  failed,
  cancelled,  ///< by the user
  not_sent,   ///< the run stopped before
  listed,     ///< in a dry run
};
/// The word of reports and progress: "done", "had-it", …
[[nodiscard]] std::string_view word_of(FileState state);
[[nodiscard]] const char* title_of(FileState state);  ///< N_()
[[nodiscard]] inline bool is_final(FileState state) { return state >= FileState::done; }

struct FileItem {
  Input input;
  FileState state = FileState::waiting;
  std::filesystem::path output;
  std::string job;                 ///< the service's number
  std::optional<double> cost;      ///< charged; in a dry run: by the published rule
  double seconds = 0;              ///< from its loading on
  double fraction = 0;             ///< of the work
  std::string finding;             ///< what the service says it did, as its `options_json`
  std::vector<std::string> notes;  ///< what has to be known of the result
  std::optional<Error> error;
};

/// The sums of a run.
struct FileTotals {
  std::size_t files = 0, done = 0, had_it = 0, skipped = 0, ignored = 0, failed = 0;
  std::size_t cancelled = 0, not_sent = 0;
  double cost = 0;
  std::string unit;  ///< empty: free
  /// Neither failed nor left out.
  [[nodiscard]] bool all_well() const { return failed == 0 && cancelled == 0 && not_sent == 0; }
  /// "64 files: 60 done, 2 done before, 2 failed. Cost: 60 credits."
  [[nodiscard]] std::string sentence(bool dry_run) const;
};

/// How a run goes: "12/64, 3.1 a minute, 17 min left, 12 credits". `ended`: how many files have
/// their end.
[[nodiscard]] std::string pace_text(std::size_t ended, std::size_t files, double seconds,
                                    double cost, const std::string& unit);

}  // namespace sharpen
