#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "client/home.h"
#include "client/jobs/job.h"
#include "client/journal/manifest.h"
#include "plugin/files/budget.h"
#include "plugin/files/files_options.h"
#include "plugin/files/throttle.h"

namespace sharpen {

/// What a run has of a picture at the service.
struct FilesJob {
  JobResult result;
  std::string number;                       ///< the service's
  std::optional<WrittenOutput> equal = {};  ///< instead of a result: it was written meanwhile
};

/// What another run may write of the same content while this one encodes and waits.
struct WantedOutput {
  OutputKey key;
  OutputFormat format = OutputFormat::png;  ///< that it is written in
};
/// Another output of the same content. Errors: io.
[[nodiscard]] Result<std::optional<WrittenOutput>> find_equal(Manifest& manifest,
                                                              const WantedOutput& wanted);

/// What the jobs of a run share.
struct SharedByJobs {
  Budget& budget;
  Throttle& throttle;
  const Home& home;
};

/// One picture of a run at the service, in a worker thread: it waits for its place there, which it
/// gives up when the result is ready; its price is taken from the budget; then it is sent, unless
/// the journal has its job already, or another run has written it by now. `begun`: whether it has
/// got its place. Errors: those of run_job(), cancelled also without a place, and too_expensive if
/// the budget of the run is used up.
[[nodiscard]] Result<FilesJob> run_files_job(JobRequest request, const SharedByJobs& shared,
                                             const WantedOutput& wanted, std::atomic<bool>& begun,
                                             const OnProgress& on_progress,
                                             GCancellable* cancellable);

/// Lets a later run, of this process too, go on with a job whose result could not be written.
void keep_job(std::int64_t journal_id, const Home& home);

}  // namespace sharpen
