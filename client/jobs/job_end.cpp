#include "base/cancelled.h"
#include "base/i18n.h"
#include "base/unix_time.h"
#include "client/jobs/job_run.h"
#include "client/jobs/spooled_upload.h"

// How a job ends that brought no result: what the user has to know, and what is kept.

namespace sharpen {
namespace {

const char* recoverable_hint() {
  return _("The job is not lost: fetch its result under Filters > Enhance.");
}

}  // namespace

Error of_another_key() {
  return {ErrorKind::key_refused, _("This job was started with another key."),
          _("Enter that key in the account page of the dialog to fetch its result.")};
}

Error JobRun::may_be_billed() const {
  if (service_->capabilities().asynchronous)
    return {ErrorKind::maybe_billed, _("The service does not list this job yet."),
            _("Try again in a quarter of an hour; it is not sent again meanwhile.")};
  return {ErrorKind::maybe_billed,
          _("The answer of this job was lost, and the service cannot be asked for it."),
          _("It may have been charged: look at your account there. To send the "
            "picture again, forget this job under Filters > Enhance first.")};
}

Error JobRun::conclude(Error error) {
  const bool cancelled = g_cancellable_is_cancelled(cancellable_);
  if (error.kind == ErrorKind::not_found && is_of_another_key(entry_, address_))
    error = of_another_key();
  if (is_shared_ && cancelled) {
    forget();
    return cancelled_error(_("Another run of GIMP works on this job now."));
  }
  const bool begun = keeps_answer_ || entry_.is_at_service();
  if (begun && cancelled && service_ && !pace_.once) return stop_at_service();
  if (error.kind == ErrorKind::maybe_billed) may_exist_ = true;
  if (error.kind == ErrorKind::cancelled && !may_exist_)
    error.hint = _("Nothing was accepted, nothing is charged.");
  const bool ended = last_status_.state == JobState::failed ||
                     last_status_.state == JobState::cancelled ||
                     (error.kind == ErrorKind::not_found && is_gone());
  if (ended || !(begun || may_exist_)) {
    forget();
  } else {
    keep_for_later();
    // TRANSLATORS: a menu, in the words of all hints that send the user there
    if (!error.hint.contains(_("Filters > Enhance")))
      error.hint += (error.hint.empty() ? "" : " ") + std::string(recoverable_hint());
  }
  if (cancelled && pace_.once) {
    error.kind = ErrorKind::network;
    error.message = tr("{} does not answer.", _(title_of(address_.kind)));
  } else if (cancelled) {
    error = cancelled_error(std::move(error.hint));
  }
  return error;
}

bool JobRun::is_gone() {
  if (!service_) return true;
  if (entry_.process_id.empty())
    return was_placed_ || entry_.download_url.empty() || unix_now() - entry_.created > kept_seconds;
  Pace once = pace_;
  once.tries = 1;
  const Deadline brief(nullptr, pace_.cancel_limit);
  const auto listed = look_up(*service_, entry_.upload_name, once, brief.cancellable());
  return listed && !*listed;
}

Error JobRun::stop_at_service() {
  const Capabilities& can = service_->capabilities();
  const Deadline brief(nullptr, pace_.cancel_limit);
  const Result<bool> stopped =
      can.has_cancel ? stop_job(*service_, entry_.process_id, brief.cancellable()) : false;
  std::string hint;
  if (can.free_of_charge || stopped.value_or(false)) {
    forget();
    if (stopped) forget_at_service();
    if (!can.free_of_charge)
      hint =
          _("The service stopped the job; it is not charged, or only for the part that was done.");
  } else {
    keep_for_later();
    hint = stopped ? _("It was too late to stop the job: it is charged. Its result can be fetched "
                       "under Filters > Enhance.")
                   : _("The service could not be told, so the job may be charged. Its result can "
                       "be fetched under Filters > Enhance.");
  }
  return cancelled_error(std::move(hint));
}

void JobRun::forget() {
  if (journal_) (void)journal_->remove(entry_.id);
  // Its picture is still needed by the run that goes on without it.
  if (!is_earlier_ && !is_shared_) (void)SpooledUpload::take_over(entry_.original_file);
  (void)SpoolFile::take_over(entry_.result_file);
}

/// What is free and in no journal is not fetched a second time.
void JobRun::forget_at_service() {
  const Deadline brief(nullptr, pace_.cancel_limit);
  if (service_->capabilities().free_of_charge && !entry_.process_id.empty())
    (void)service_->remove(entry_.process_id, brief.cancellable());
}

void JobRun::keep_for_later() {
  if (was_placed_) {
    if (entry_.is_at_service()) (void)SpoolFile::take_over(std::exchange(entry_.result_file, {}));
    entry_.original_file.clear();
    (void)save(JobStep::placed);
  }
  if (journal_) (void)journal_->release(entry_.id);
}

}  // namespace sharpen
