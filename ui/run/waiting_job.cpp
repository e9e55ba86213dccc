#include "ui/run/waiting_job.h"

#include <algorithm>

#include "base/i18n.h"
#include "client/jobs/fetch_jobs.h"
#include "client/jobs/sweep.h"

namespace sharpen {
namespace {

template <class Work>
auto with_job(const JournalEntry& job, const Home& home, Work work) -> decltype(work(job)) {
  auto journal = Journal::open(home.journal());
  if (!journal) return std::unexpected(journal.error());
  const auto adopted = journal->adopt(job.id);
  if (!adopted) return std::unexpected(adopted.error());
  if (!*adopted) {
    return fail(ErrorKind::conflict, _("Another window is working on this picture."),
                _("Wait for it, or close it."));
  }
  if ((*adopted)->step == JobStep::placed && job.step != JobStep::placed) {
    (void)journal->release(job.id);
    return fail(ErrorKind::conflict, _("Another window has inserted this picture meanwhile."),
                _("Look for it there."));
  }
  auto result = work(**adopted);
  // If even this fails, the end of this process gives the job back.
  if (!result) (void)journal->release(job.id);
  return result;
}

}  // namespace

Result<WaitingJobs> waiting_jobs(const Home& home) {
  sweep(home);
  auto journal = Journal::open(home.journal());
  if (!journal) return std::unexpected(journal.error());
  // First, so that a run that dies in between is left, not running.
  auto running = journal->jobs();
  if (!running) return std::unexpected(running.error());
  auto jobs = journal->unfinished();
  if (!jobs) return std::unexpected(jobs.error());
  auto placed = journal->placed();
  if (!placed) return std::unexpected(placed.error());
  std::erase_if(*running, [&](const JournalEntry& job) {
    return job.step == JobStep::placed || std::ranges::contains(*jobs, job.id, &JournalEntry::id);
  });
  // Previews of this computer cost nothing and are made anew in a moment.
  for (auto* list : {&*jobs, &*running}) {
    std::erase_if(*list, [](const JournalEntry& job) {
      return job.preview && job.service == ServiceKind::this_computer;
    });
  }
  return WaitingJobs{*std::move(jobs), *std::move(running), *std::move(placed), journal->notice()};
}

Result<JobResult> fetch_waiting(const JournalEntry& job, const Home& home,
                                const OnProgress& on_progress, GCancellable* cancellable) {
  return with_job(job, home, [&](const JournalEntry& now) -> Result<JobResult> {
    auto address = address_of(now, home, cancellable);
    if (!address) return fail(std::move(address));
    return resume_job(now, *address, home, on_progress, cancellable);
  });
}

Result<bool> cancel_waiting(const JournalEntry& job, const Home& home, GCancellable* cancellable) {
  auto stopped = with_job(job, home, [&](const JournalEntry& now) -> Result<bool> {
    auto address = address_of(now, home, cancellable);
    if (!address) return fail(std::move(address));
    return cancel_job(now, *address, home, cancellable);
  });
  if (stopped && !*stopped) (void)release_waiting(job.id, home);
  return stopped;
}

Result<void> forget_waiting(const JournalEntry& job, const Home& home) {
  return with_job(job, home, [&](const JournalEntry& now) { return finish_job(now.id, home); });
}

Result<void> release_waiting(std::int64_t id, const Home& home) {
  auto journal = Journal::open(home.journal());
  if (!journal) return std::unexpected(journal.error());
  return journal->release(id);
}

}  // namespace sharpen
