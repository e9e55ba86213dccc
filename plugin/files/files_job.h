#pragma once

#include <memory>
#include <string>

#include "client/home.h"
#include "client/jobs/job.h"
#include "plugin/files/budget.h"

namespace sharpen {

/// What a run has of a picture at the service.
struct FilesJob {
  JobResult result;
  std::string number;  ///< the service's
};

/// One picture of a run at the service, in a worker thread: its price is taken from the budget,
/// then it is sent, unless the journal has its job already. Errors: those of run_job(), and
/// too_expensive if the budget of the run is used up.
[[nodiscard]] Result<FilesJob> run_files_job(JobRequest request, Budget& budget, const Home& home,
                                             const OnProgress& on_progress,
                                             GCancellable* cancellable);

/// Lets a later run, of this process too, go on with a job whose result could not be written.
void keep_job(std::int64_t journal_id, const Home& home);

}  // namespace sharpen
