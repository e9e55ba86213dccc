#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"
#include "client/home.h"
#include "client/journal/journal.h"

namespace sharpen {

/// Says, while it lives, that a run waits for what another run has of a picture: finish_job() then
/// leaves the result to it, since it would be paid for a second time. Seen by other processes too.
class WaitMark {
 public:
  /// For a job with the picture, service and settings of `job`. Errors: io.
  [[nodiscard]] static Result<WaitMark> set(const Home& home, const JournalEntry& job);
  WaitMark(WaitMark&&) noexcept = default;
  ~WaitMark();

 private:
  WaitMark(std::filesystem::path file, UniqueFd lock)
      : file_(std::move(file)), lock_(std::move(lock)) {}
  std::filesystem::path file_;
  UniqueFd lock_;
};

[[nodiscard]] bool is_waited_for(const Home& home, const JournalEntry& job);

}  // namespace sharpen
