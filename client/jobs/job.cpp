#include "client/jobs/job.h"

#include "base/i18n.h"
#include "client/jobs/job_run.h"
#include "client/jobs/spooled_upload.h"
#include "client/jobs/wait_mark.h"
#include "client/local/local_service.h"
#include "client/local/revived_service.h"

namespace sharpen {
namespace {

void remove_files(const JournalEntry& entry) {
  (void)SpooledUpload::take_over(entry.original_file);
  (void)SpoolFile::take_over(entry.result_file);
}

/// The process id of an entry, looked up by its upload's name if the answer was lost.
Result<std::string> process_id_of(const JournalEntry& entry, Service& service, const Pace& pace,
                                  GCancellable* cancellable) {
  if (!entry.process_id.empty() || !service.capabilities().asynchronous) return entry.process_id;
  auto found = look_up(service, entry.upload_name, pace, cancellable);
  if (!found) return fail(std::move(found));
  return *found ? (*found)->process_id : std::string();
}

}  // namespace

const char* title_of(Stage stage) {
  switch (stage) {
    case Stage::preparing:
      return N_("Preparing");
    case Stage::uploading:
      return N_("Uploading");
    case Stage::waiting:
      return N_("Waiting in line");
    case Stage::sharpening:
      return N_("Sharpening");
    case Stage::downloading:
      return N_("Downloading");
    case Stage::placing:
      return N_("Inserting the result");
  }
  return "";
}

Result<JobResult> run_job(const JobRequest& request, const Home& home,
                          const OnProgress& on_progress, GCancellable* cancellable) {
  Pace pace = pace_for(request.service);
  pace.on_busy = request.on_busy;
  return JobRun(request.service, home, on_progress, cancellable, std::move(pace)).start(request);
}

Result<JobResult> resume_job(const JournalEntry& entry, const ServiceAddress& service,
                             const Home& home, const OnProgress& on_progress,
                             GCancellable* cancellable) {
  return JobRun(service, home, on_progress, cancellable, pace_for(service)).resume(entry);
}

Price price_of(std::span<const PlannedJob> jobs, const ServiceAddress& address, const Home& home,
               GCancellable* cancellable) {
  Pace brief = pace_for(address);  // somebody looks at the window
  brief.tries = brief.busy_tries = 1;
  const auto service = open_revived(address, home);
  Price sum;
  sum.seconds = 0;
  sum.confirmed = true;
  for (const auto& [width, height, settings] : jobs) {
    const Result<Price> asked =
        service ? price_now(**service, width, height, settings, brief, cancellable)
                : std::unexpected(service.error());
    const Price price = asked.value_or(offline_price(address.kind, width, height, settings));
    sum.amount += price.amount;
    sum.unit = price.unit;
    sum.confirmed = sum.confirmed && price.confirmed;
    sum.seconds =
        sum.seconds && price.seconds ? std::optional(*sum.seconds + *price.seconds) : std::nullopt;
  }
  return sum;
}

Result<void> placed_job(std::int64_t journal_id, const Home& home) {
  if (journal_id == 0) return {};
  auto journal = Journal::open(home.journal());
  if (!journal) return fail(std::move(journal));
  const auto found = journal->find(journal_id);
  if (!found) return std::unexpected(found.error());
  if (!*found) return {};
  if ((*found)->service == ServiceKind::this_computer) return finish_job(journal_id, home);
  JournalEntry entry = **found;
  entry.step = JobStep::placed;
  entry.placed = g_get_real_time();
  entry.original_file.clear();
  if (entry.is_at_service()) entry.result_file.clear();
  if (auto updated = journal->update(entry); !updated) return updated;
  (void)SpooledUpload::take_over((*found)->original_file);
  if (entry.result_file.empty()) (void)SpoolFile::take_over((*found)->result_file);
  return journal->release(journal_id);
}

Result<void> finish_job(std::int64_t journal_id, const Home& home) {
  if (journal_id == 0) return {};
  auto journal = Journal::open(home.journal());
  if (!journal) return fail(std::move(journal));
  const auto entry = journal->find(journal_id);
  if (!entry) return std::unexpected(entry.error());
  if (!*entry) return {};
  if ((*entry)->step >= JobStep::fetched && is_waited_for(home, **entry))
    return journal->release(journal_id);
  if (auto removed = journal->remove(journal_id); !removed) return removed;
  remove_files(**entry);
  if ((*entry)->service == ServiceKind::this_computer && !(*entry)->process_id.empty())
    forget_at_local_service((*entry)->process_id);
  return {};
}

Result<bool> cancel_job(const JournalEntry& entry, const ServiceAddress& address, const Home& home,
                        GCancellable* cancellable) {
  auto service = open_revived(address, home);
  if (!service) return fail(std::move(service));
  const bool other_key = is_of_another_key(entry, address);
  const auto id = process_id_of(entry, **service, pace_for(address), cancellable);
  if (!id) return std::unexpected(id.error());
  Result<bool> stopped = (*service)->capabilities().asynchronous && id->empty();
  if (!id->empty() && (*service)->capabilities().has_cancel)
    stopped = stop_job(**service, *id, cancellable);
  const bool gone = !stopped && stopped.error().kind == ErrorKind::not_found;
  if (other_key && (gone || id->empty())) return std::unexpected(of_another_key());
  if (!gone && !stopped.value_or(false)) return stopped;  // its result can still be fetched
  if (auto finished = finish_job(entry.id, home); !finished) return fail(std::move(finished));
  return stopped;
}

}  // namespace sharpen
