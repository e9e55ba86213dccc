#pragma once

#include <filesystem>

#include "base/error.h"
#include "base/unique_fd.h"
#include "plugin/files/files_run.h"

namespace sharpen {

/// Tells another program how a run goes: one JSON object a line, in a file or a pipe.
///
///     {"event": "begin", "files": 64}
///     {"event": "file", "index": 0, "file": …, "result": "done", …}   see write_members()
///     {"event": "end", "summary": …, "complete": true, "error": …}
class ProgressLines {
 public:
  /// An empty path: nobody listens. Errors: io.
  [[nodiscard]] static Result<ProgressLines> open(const std::filesystem::path& file);

  void begin(std::size_t files);
  void file(std::size_t index, const FileItem& item, const FileTotals& totals);
  void end(const FileTotals& totals, const std::optional<Error>& stopped, bool dry_run);

 private:
  explicit ProgressLines(UniqueFd out) : out_(std::move(out)) {}
  void write(JsonWriter& writer);
  UniqueFd out_;
};

}  // namespace sharpen
