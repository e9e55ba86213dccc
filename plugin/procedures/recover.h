#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "client/home.h"
#include "ui/dialog.h"

namespace sharpen {

/// Puts results of earlier runs where they belong: above their layer if this GIMP still has it,
/// else into a new image, above the picture that was sent. Main thread only.
class GimpRecoverHost final : public RecoverHost {
 public:
  explicit GimpRecoverHost(Home home) : home_(std::move(home)) {}
  [[nodiscard]] Result<std::string> place_recovered(const JournalEntry& entry, JobResult& result,
                                                    const Breathe& breathe) override;
  /// The ids of the layers that were made.
  [[nodiscard]] const std::vector<int>& new_layers() const { return new_layers_; }

 private:
  Home home_;
  std::vector<int> new_layers_;
};

/// Fetches every job that a dead process left, one after the other, and places it. Returns a
/// sentence for each. If some fail the others are placed all the same, and the first error is
/// returned; they stay in the journal.
[[nodiscard]] Result<std::vector<std::string>> recover_all(RecoverHost& host, const Home& home);

}  // namespace sharpen
