#include <chrono>
#include <limits>

#include "base/cancelled.h"
#include "base/i18n.h"
#include "base/unix_time.h"
#include "client/jobs/fingerprint.h"
#include "client/jobs/job_run.h"
#include "client/jobs/kept_result.h"
#include "client/jobs/same_job.h"

// What was paid for is not paid for again: if the picture has a job already, with the same
// settings, the run continues that job, or shares it with the run that works on it.

namespace sharpen {
namespace {

using Clock = std::chrono::steady_clock;

/// The result of another run may be in the journal for no longer than it takes to save it.
constexpr std::chrono::milliseconds journal_poll{200};

}  // namespace

Result<std::optional<JobResult>> JobRun::result_of_same(SpooledUpload& owned) {
  if (entry_.fingerprint.empty()) {
    auto fingerprint = fingerprint_of(owned.path(), cancellable_);
    if (!fingerprint) return std::unexpected(conclude(std::move(fingerprint).error()));
    entry_.fingerprint = *std::move(fingerprint);
  }
  const auto give_up = Clock::now() + pace_.deadline;
  const auto find = [&](std::int64_t before) {
    return find_same_job(*journal_, address_, entry_.fingerprint, entry_.settings, before,
                         fruitless_);
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
        waits_.reset();
        return std::nullopt;
      }
      if (auto removed = journal_->remove(*id); !removed) return fail(std::move(removed));
    }
    if (!other) return fail(std::move(other));
    if (!waits_) {
      auto mark = WaitMark::set(home_, entry_);
      if (!mark) return fail(std::move(mark));
      waits_.emplace(*std::move(mark));
      continue;  // it may have ended before it could know
    }
    auto shared = share(**std::move(other), owned);
    if (!shared || *shared) return shared;
    if (Clock::now() > give_up)
      return fail(ErrorKind::conflict, _("Another run of GIMP works on this job now."),
                  _("Let it finish there."));
    report(Stage::waiting, 0);
    if (!wait_for(std::min(pace_.first_poll, journal_poll), cancellable_))
      return std::unexpected(conclude(cancelled_error()));
  }
}

Result<std::optional<JobResult>> JobRun::share(JournalEntry job, SpooledUpload& owned) {
  const auto is_mine = journal_->is_mine(job.id);
  if (!is_mine) return std::unexpected(is_mine.error());
  SpoolFile here;
  if (job.step >= JobStep::fetched && !job.result_file.empty()) {
    auto file = second_name(job.result_file);
    if (file) {
      here = *std::move(file);
    } else if (!job.is_at_service()) {
      std::error_code none;
      const auto listed = journal_->find(job.id);
      const bool is_there = std::filesystem::exists(job.result_file, none) && listed && *listed;
      if (is_there) return fail(std::move(file));
      return std::nullopt;  // it was placed or dropped meanwhile
    }
  } else if (!job.is_at_service()) {
    auto found = find_unnumbered(job);
    if (!found) return fail(std::move(found));
    if (!*found) return std::nullopt;
  }
  const JournalEntry fresh = entry_;
  job.step = here.empty() ? std::min(job.step, JobStep::ready) : JobStep::fetched;
  job.settings = fresh.settings;
  job.origin = fresh.origin;
  job.fingerprint = fresh.fingerprint;
  job.preview = fresh.preview;
  job.original_file = owned.path();
  job.result_file = here.path();
  job.placed = 0;
  const auto id = journal_->add(job);
  if (!id) return std::unexpected(id.error());
  entry_ = std::move(job);
  entry_.id = *id;
  is_shared_ = true;
  waits_.reset();
  auto result = follow(here.empty() ? std::nullopt : std::optional(here.keep()));
  if (result) {
    (void)owned.keep();
    result->paid_before = true;
    result->told_elsewhere = !*is_mine;
    return std::optional(*std::move(result));
  }
  const auto left = journal_->find(entry_.id);
  if (!left || *left) (void)owned.keep();
  if (!left || *left || result.error().kind == ErrorKind::cancelled) return fail(std::move(result));
  fruitless_ = entry_.upload_name;
  begin_anew(fresh);
  return std::nullopt;
}

Result<bool> JobRun::find_unnumbered(JournalEntry& job) {
  const bool is_late = std::chrono::seconds(unix_now() - job.created) > pace_.longest_submit;
  if (service_->capabilities().asynchronous && (is_late || Clock::now() >= next_look_up_)) {
    next_look_up_ = Clock::now() + pace_.longest_poll;
    Pace once = pace_;
    once.tries = 1;
    const auto found = look_up(*service_, job.upload_name, once, cancellable_);
    if (!found && (is_late || !is_transient(found.error().kind)))
      return std::unexpected(conclude(found.error()));
    if (found && *found) {
      job.process_id = (*found)->process_id;
      job.cost = (*found)->cost;
      job.step = JobStep::running;
      return true;
    }
  }
  if (is_late) return std::unexpected(may_be_billed());
  return false;
}

Result<std::optional<JobResult>> JobRun::go_on_with_same(SpooledUpload& owned) {
  auto same = adopt_same_job(*journal_, address_, entry_.fingerprint, entry_.settings);
  if (!same) return fail(std::move(same));
  if (!*same) return std::nullopt;
  waits_.reset();
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
    result->told_elsewhere = was_placed_;
    return std::optional(*std::move(result));
  }
  const auto left = journal_->find(job.id);
  const bool is_forgotten = left && !*left;  // it has failed, is not kept, or never got there
  if (!is_forgotten && !was_placed_) (void)owned.keep();
  if (!is_forgotten || result.error().kind == ErrorKind::cancelled) return fail(std::move(result));
  begin_anew(fresh);
  return std::nullopt;
}

void JobRun::begin_anew(JournalEntry fresh) {
  entry_ = std::move(fresh);
  is_earlier_ = is_shared_ = was_placed_ = may_exist_ = keeps_answer_ = false;
  last_status_ = {};
  report(Stage::preparing, 0);
}

}  // namespace sharpen
