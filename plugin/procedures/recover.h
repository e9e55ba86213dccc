#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"
#include "client/home.h"
#include "ui/dialog.h"

namespace sharpen {

/// Puts results of earlier runs where they belong: above their layer if this GIMP still has it,
/// else into a new image, above the picture that was sent; alone if that is not kept or has another
/// size. Main thread only.
class GimpRecoverHost final : public RecoverHost {
 public:
  explicit GimpRecoverHost(Home home) : home_(std::move(home)) {}
  [[nodiscard]] Result<std::string> place_recovered(const JournalEntry& entry, JobResult& result,
                                                    const ProcessEvents& process_events) override;
  /// The ids of the layers that were made.
  [[nodiscard]] const std::vector<int>& new_layers() const { return new_layers_; }

 private:
  [[nodiscard]] Result<std::string> place_result(const JournalEntry& entry, const JobResult& result,
                                                 const ProcessEvents& process_events);
  [[nodiscard]] Result<std::string> place_alone(const JournalEntry& entry, const JobResult& result,
                                                const ProcessEvents& process_events);

  Home home_;
  std::vector<int> new_layers_;
};

struct RecoverOptions {
  std::chrono::milliseconds limit{60000};  ///< for jobs that are not ready yet
  bool placed = false;  ///< also those whose result is in an image that may not have been saved
};

/// Asks for every job that a dead process left, fetches what is ready and places it as it comes.
/// Returns a sentence for each, also for those that are not ready when the limit is over: they stay
/// in the journal. Errors: if there is nothing but problems, the first one.
[[nodiscard]] Result<std::vector<std::string>> recover_all(RecoverHost& host, const Home& home,
                                                           const RecoverOptions& options);

}  // namespace sharpen
