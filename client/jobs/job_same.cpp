#include <chrono>
#include <limits>

#include "base/cancelled.h"
#include "base/i18n.h"
#include "client/jobs/fingerprint.h"
#include "client/jobs/job_run.h"
#include "client/jobs/kept_result.h"
#include "client/jobs/same_job.h"

// What was paid for is not paid for again: a run whose picture has a job already, with the same
// settings, goes on with that one or shares it with the run that is at it.

namespace sharpen {

Result<std::optional<JobResult>> JobRun::result_of_same(SpooledUpload& owned) {
  auto fingerprint = fingerprint_of(owned.path(), cancellable_);
  if (!fingerprint) return std::unexpected(conclude(std::move(fingerprint).error()));
  entry_.fingerprint = *std::move(fingerprint);
  const auto give_up = std::chrono::steady_clock::now() + pace_.deadline;
  const auto find = [&](std::int64_t before) {
    return find_same_job(*journal_, address_, entry_.fingerprint, entry_.settings, before);
  };
  for (;;) {
    auto earlier = go_on_with_same(owned);
    if (!earlier || *earlier) return earlier;
    auto other = find(std::numeric_limits<std::int64_t>::max());
    if (other && !*other) {
      const auto id = journal_->add(entry_);
      if (!id) return std::unexpected(id.error());
      other = find(*id);
      if (other && !*other) {
        entry_.id = *id;
        return std::nullopt;
      }
      if (auto removed = journal_->remove(*id); !removed) return fail(std::move(removed));
    }
    if (!other) return fail(std::move(other));
    auto shared = share(**other, owned);
    if (!shared || *shared) return shared;
    if (std::chrono::steady_clock::now() > give_up)
      return fail(ErrorKind::conflict, _("Another run of GIMP works on this job now."),
                  _("Let it finish there."));
    report(Stage::waiting, 0);
    if (!wait_for(pace_.first_poll, cancellable_))
      return std::unexpected(conclude(cancelled_error()));
  }
}

Result<std::optional<JobResult>> JobRun::share(const JournalEntry& other, SpooledUpload& owned) {
  std::filesystem::path result_file;
  if (!other.is_at_service()) {
    if (other.step < JobStep::fetched || other.result_file.empty()) return std::nullopt;
    auto file = second_name(other.result_file);
    if (!file) return std::nullopt;  // it was placed or dropped meanwhile
    result_file = file->keep();
  }
  JournalEntry job = other;
  job.step = result_file.empty() ? std::min(other.step, JobStep::ready) : JobStep::fetched;
  job.settings = entry_.settings;
  job.origin = entry_.origin;
  job.fingerprint = entry_.fingerprint;
  job.preview = entry_.preview;
  job.original_file = owned.path();
  job.result_file = result_file;
  job.placed = 0;
  const auto id = journal_->add(job);
  if (!id) {
    (void)SpoolFile::take_over(result_file);
    return std::unexpected(id.error());
  }
  entry_ = std::move(job);
  entry_.id = *id;
  (void)owned.keep();
  is_shared_ = true;
  auto result = follow(result_file.empty() ? std::nullopt : std::optional(result_file));
  if (!result) return fail(std::move(result));
  result->paid_before = true;
  return std::optional(*std::move(result));
}

Result<std::optional<JobResult>> JobRun::go_on_with_same(SpooledUpload& owned) {
  auto same = adopt_same_job(*journal_, address_, entry_.fingerprint, entry_.settings);
  if (!same) return fail(std::move(same));
  if (!*same) return std::nullopt;
  const JournalEntry fresh = entry_;
  const JournalEntry earlier = **std::move(same);
  is_earlier_ = true;
  was_placed_ = earlier.step == JobStep::placed;
  JournalEntry job = earlier;
  // A run that is killed leaves its result to be fetched, wherever an earlier one may be.
  if (was_placed_) job.step = JobStep::ready;
  // From here on the job is this run's: it looks for its picture where it has put it.
  job.origin = fresh.origin;
  job.fingerprint = fresh.fingerprint;
  job.result_file = result_here(earlier, cancellable_);
  job.original_file = owned.path();
  if (auto saved = journal_->update(job); !saved) {
    (void)journal_->release(job.id);
    return fail(std::move(saved));
  }
  (void)SpooledUpload::take_over(earlier.original_file);
  auto result = resume(job);
  if (result) {
    (void)owned.keep();
    result->paid_before = true;
    return std::optional(*std::move(result));
  }
  const auto left = journal_->find(job.id);
  const bool is_forgotten = left && !*left;  // it has failed, is not kept, or never got there
  if (!is_forgotten && !was_placed_) (void)owned.keep();
  if (!is_forgotten || result.error().kind == ErrorKind::cancelled) return fail(std::move(result));
  entry_ = fresh;
  is_earlier_ = was_placed_ = may_exist_ = false;
  last_status_ = {};
  return std::nullopt;
}

}  // namespace sharpen
