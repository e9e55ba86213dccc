#include "plugin/files/files_job.h"

#include <glib.h>

#include <utility>

#include "base/cancelled.h"
#include "base/i18n.h"
#include "client/jobs/fingerprint.h"
#include "client/jobs/job_steps.h"
#include "client/jobs/spooled_upload.h"
#include "plugin/files/outputs.h"

namespace sharpen {
namespace {

/// The price, where there is a limit to hold it against.
Result<double> price_of(const JobRequest& request, const Budget& budget,
                        GCancellable* cancellable) {
  if (!budget.limited()) return 0;
  const auto service = open_service(request.service);
  if (!service) return std::unexpected(service.error());
  if ((*service)->capabilities().free_of_charge) return 0;
  const auto price = price_now(**service, request.upload.width, request.upload.height,
                               request.settings, pace_for(request.service), cancellable);
  if (!price) return std::unexpected(price.error());
  return price->amount;
}

/// Whether an error proves that nothing is charged.
bool costs_nothing(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_argument:
    case ErrorKind::too_large:
    case ErrorKind::too_expensive:
    case ErrorKind::no_key:
    case ErrorKind::key_refused:
    case ErrorKind::no_credits:
    case ErrorKind::no_subscription:
    case ErrorKind::refused:
    case ErrorKind::busy:
    case ErrorKind::service_failed:
    case ErrorKind::tls:
      return true;
    default:
      return false;
  }
}

std::string number_of(std::int64_t journal_id, const Home& home) {
  if (journal_id == 0) return {};
  const auto journal = Journal::open(home.journal());
  if (!journal) return {};
  const auto entry = journal->find(journal_id);
  return entry && *entry ? (*entry)->process_id : "";
}

Result<std::optional<WrittenOutput>> written_meanwhile(const WantedOutput& wanted,
                                                       const Home& home) {
  auto manifest = Manifest::open(home.journal());
  if (!manifest) return fail(std::move(manifest));
  return find_equal(*manifest, wanted);
}

}  // namespace

Result<std::optional<WrittenOutput>> find_equal(Manifest& manifest, const WantedOutput& wanted) {
  // One content may be under names of several formats, and each of these in several spellings.
  return manifest.find_equal(wanted.key, [&](const std::filesystem::path& file) {
    return written_format(OutputFormat::original, file) == wanted.format;
  });
}

Result<FilesJob> run_files_job(JobRequest request, const SharedByJobs& shared,
                               const WantedOutput& wanted, std::atomic<bool>& begun,
                               const OnProgress& on_progress, GCancellable* cancellable) {
  auto unsent = SpooledUpload::take_over(request.upload.file);
  // Before it takes a place. Without a fingerprint the job looks for itself, and says what is
  // wrong.
  request.upload.fingerprint = fingerprint_of(unsent.path(), cancellable).value_or("");
  Throttle::Place place(shared.throttle, cancellable);
  begun = static_cast<bool>(place);
  if (!begun) return std::unexpected(cancelled_error());
  auto equal = written_meanwhile(wanted, shared.home);
  if (!equal) return fail(std::move(equal));
  if (*equal) return FilesJob{.result = {}, .number = {}, .equal = *std::move(equal)};
  Budget& budget = shared.budget;
  const auto price = price_of(request, budget, cancellable);
  if (!price) return std::unexpected(price.error());
  if (!budget.take(*price))
    return fail(ErrorKind::too_expensive, _("The cost limit of the run is reached."),
                _("Run it again with a higher limit; what is done is not paid for again."));
  if (budget.limited()) request.settings.max_cost = *price;
  request.on_busy = [&] { shared.throttle.busy(shared.throttle.running()); };
  bool kept_back = false;
  // Another run that ended since it was looked for has no entry in the journal any more. What it
  // has written was in the manifest before.
  request.before_sending = [&]() -> Result<void> {
    equal = written_meanwhile(wanted, shared.home);
    kept_back = !equal || *equal || !begun;
    if (!equal) return std::unexpected(equal.error());
    if (kept_back) return std::unexpected(cancelled_error());
    return {};
  };
  const auto watch = [&](const JobProgress& progress) {
    // What it has cost is known when it has ended, and that decides about the next one.
    if (progress.stage == Stage::downloading && !budget.limited()) place.leave();
    // The job that it followed is gone: its own needs a place too.
    if (progress.stage == Stage::preparing && !place) begun = place.take(cancellable);
    if (on_progress) on_progress(progress);
  };
  (void)unsent.keep();
  auto result = run_job(request, shared.home, watch, cancellable);
  if (!result) {
    if (kept_back || costs_nothing(result.error().kind)) budget.settle(*price, 0);
    if (equal && *equal) return FilesJob{.result = {}, .number = {}, .equal = *std::move(equal)};
    return fail(std::move(result));
  }
  const double charged = result->charged ? result->charged->amount : *price;
  budget.settle(*price, result->paid_before ? 0 : charged);
  FilesJob job{.result = *std::move(result), .number = {}};
  job.number = number_of(job.result.journal_id, shared.home);
  return job;
}

void keep_job(std::int64_t journal_id, const Home& home) {
  if (journal_id == 0) return;
  auto journal = Journal::open(home.journal());
  if (!journal) return;
  if (const auto released = journal->release(journal_id); !released)
    g_warning("%s", released.error().text().c_str());
}

}  // namespace sharpen
