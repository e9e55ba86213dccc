#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "base/error.h"
#include "client/jobs/job.h"

namespace sharpen {

struct FetchPatience {
  std::chrono::milliseconds limit{60000};  ///< for jobs that are not ready
  std::chrono::milliseconds longest_ask{
      30000};                             ///< for the answers about one job; not its download
  std::chrono::milliseconds pause{3000};  ///< before the same job is asked for again
  DownloadPatience download = {};         ///< ends a download too, however its host behaves
};

/// Asks for all jobs that dead processes left, four at a time, fetches those that are ready, and
/// asks for the others again until the limit is over: a job that is stuck holds up none. `done`
/// hears of each in the calling thread as soon as it is known, timed_out if the service is still at
/// work; not of one that another process goes on with. Never submits, never stops a job.
void fetch_jobs(const std::vector<JournalEntry>& jobs, const Home& home,
                const FetchPatience& patience,
                const std::function<void(const JournalEntry&, Result<JobResult>)>& done);

/// The address with the key at which an entry's job is.
[[nodiscard]] Result<ServiceAddress> address_of(const JournalEntry& job, const Home& home,
                                                GCancellable* cancellable);

}  // namespace sharpen
