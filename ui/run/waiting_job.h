#pragma once

#include <gio/gio.h>

#include <vector>

#include "base/error.h"
#include "client/jobs/job.h"

namespace sharpen {

struct WaitingJobs {
  std::vector<JournalEntry> jobs;
  std::vector<JournalEntry> running;  ///< a window or a script waits for them now
  std::vector<JournalEntry> placed;   ///< in an image that may not have been saved
  std::string notice;                 ///< what the user has to know about the journal; mostly empty
};
/// The unfinished jobs that are worth showing: all but free previews; apart, those that run now,
/// and those whose result may be lost with its image. Blocks a little (disk).
[[nodiscard]] Result<WaitingJobs> waiting_jobs(const Home& home);

/// Takes a job over from the process that left it and goes on with it; never submits. All three
/// block: call them in a worker thread. The job is given back if they fail.
[[nodiscard]] Result<JobResult> fetch_waiting(const JournalEntry& job, const Home& home,
                                              const OnProgress& on_progress,
                                              GCancellable* cancellable);
/// True: stopped and not charged. False: too late, so it is charged and can be fetched.
[[nodiscard]] Result<bool> cancel_waiting(const JournalEntry& job, const Home& home,
                                          GCancellable* cancellable);
[[nodiscard]] Result<void> forget_waiting(const JournalEntry& job, const Home& home);

/// Gives a job back that was fetched but could not be placed.
[[nodiscard]] Result<void> release_waiting(std::int64_t id, const Home& home);

}  // namespace sharpen
