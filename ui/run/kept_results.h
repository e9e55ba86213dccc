#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "ui/run/work.h"

namespace sharpen {

/// The results that came before something else failed: paid for, and not to be paid for again.
class KeptResults {
 public:
  /// Instead of all that were kept before.
  void keep(std::vector<Task> tasks, bool of_originals);
  /// Whether the answer to these settings is there; the user's own limit does not matter.
  [[nodiscard]] bool has(std::size_t source, const Settings& settings, bool of_original) const;
  /// That result, if there is one.
  [[nodiscard]] std::optional<JobResult> take(std::size_t source, const Settings& settings,
                                              bool of_original);

 private:
  std::vector<Task> tasks_;
  bool of_originals_ = false;
};

}  // namespace sharpen
