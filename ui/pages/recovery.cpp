#include "ui/pages/recovery.h"

#include <algorithm>

#include "base/i18n.h"
#include "ui/run/event_pump.h"
#include "ui/run/waiting_job.h"
#include "ui/widgets/text.h"

namespace sharpen {

Recovery::Recovery(RecoverHost& host, Home home, std::function<void()> changed)
    : host_(host),
      home_(std::move(home)),
      changed_(std::move(changed)),
      list_({[this](std::int64_t id) { fetch(id); }, [this](std::int64_t id) { cancel(id); },
             [this](std::int64_t id) {
               // A question inside a message of an assistive technology would block it.
               asking_ = EventSource::idle([this, id] { return forget(id), false; });
             },
             [this] {
               if (busy_) return;
               to_fetch_.clear();
               for (const JournalEntry& job : jobs_) to_fetch_.push_back(job.id);
               // One that is not ready is waited for.
               std::ranges::stable_partition(to_fetch_, [this](std::int64_t id) {
                 const JobStep step = std::ranges::find(jobs_, id, &JournalEntry::id)->step;
                 return step == JobStep::ready || step == JobStep::fetched;
               });
               fetch_next();
             }}) {}

void Recovery::reload() {
  if (busy_) return;
  work_.start([home = home_](GCancellable*) { return waiting_jobs(home); },
              [this](Result<WaitingJobs> waiting) { take(std::move(waiting)); });
}

void Recovery::take(Result<WaitingJobs> waiting) {
  WaitingJobs nothing;
  WaitingJobs& found = waiting ? *waiting : nothing;
  jobs_ = std::move(found.jobs);
  placed_ = std::move(found.placed);
  if (!waiting) list_.say(waiting.error().text(), true);
  if (waiting && !waiting->notice.empty()) list_.say(notice_ = waiting->notice, true);
  list_.set_jobs(jobs_, found.running, placed_);
  for (const auto& [id, last] : told_) (void)list_.set_state(id, last.text, false, last.is_problem);
  changed_();
}

const JournalEntry* Recovery::find(std::int64_t id) const {
  if (busy_) return nullptr;
  for (const auto* jobs : {&jobs_, &placed_})
    if (const auto found = std::ranges::find(*jobs, id, &JournalEntry::id); found != jobs->end())
      return &*found;
  return nullptr;
}

void Recovery::fetch(std::int64_t id) {
  const JournalEntry* job = find(id);
  if (!job) return;
  busy_ = true;
  list_.set_state(id, _("Fetching…"), true);
  const auto tell = [this, id](const JobProgress& progress) {
    if (!progress.fraction) return;
    // TRANSLATORS: a stage of the work and how much of it is done
    list_.set_state(
        id, tr("{}, {} %", _(title_of(progress.stage)), number_text(*progress.fraction * 100, 0)),
        true);
  };
  const auto forward = [tell, guard = std::weak_ptr(alive_)](const JobProgress& progress) {
    post([tell, guard, progress] {
      if (const auto alive = guard.lock()) tell(progress);
    });
  };
  work_.start(
      [job = *job, home = home_, forward](GCancellable* cancellable) {
        return fetch_waiting(job, home, forward, cancellable);
      },
      [this, job = *job](Result<JobResult> result) { place(job, std::move(result)); });
}

void Recovery::fetch_next() {
  while (!busy_ && !to_fetch_.empty()) {
    const std::int64_t next = to_fetch_.front();
    to_fetch_.erase(to_fetch_.begin());
    // Another window may have placed it meanwhile.
    if (std::ranges::contains(jobs_, next, &JournalEntry::id)) fetch(next);
  }
}

void Recovery::place(const JournalEntry& job, Result<JobResult> result) {
  if (!result) return end(job.id, result.error().text(), true);
  const auto placed = host_.place_recovered(job, *result, EventPump());
  const auto settle = [id = job.id, home = home_, in_place = placed.has_value()](GCancellable*) {
    return in_place ? placed_job(id, home) : release_waiting(id, home);
  };
  work_.start(settle, [this, id = job.id, placed](const Result<void>&) {
    end(id, placed ? *placed : placed.error().text(), !placed);
  });
}

void Recovery::cancel(std::int64_t id) {
  const JournalEntry* job = find(id);
  if (!job) return;
  busy_ = true;
  list_.set_state(id, _("Cancelling…"), true);
  work_.start([job = *job, home = home_](
                  GCancellable* cancellable) { return cancel_waiting(job, home, cancellable); },
              [this, id](const Result<bool>& stopped) {
                if (!stopped) return end(id, stopped.error().text(), true);
                end(id,
                    *stopped ? _("The service stopped the job; it is not charged, or only for the "
                                 "part that was done.")
                             : _("It was too late to stop the job: it is charged, and can be "
                                 "fetched."),
                    false);
              });
}

bool Recovery::may_forget(const JournalEntry& job) {
  if (job.service == ServiceKind::this_computer) return true;
  auto* window = GTK_WINDOW(gtk_widget_get_toplevel(list_.widget()));
  GtkWidget* question =
      gtk_message_dialog_new(window, GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, "%s",
                             tr("Forget “{}”?", job_title(job)).c_str());
  gtk_message_dialog_format_secondary_text(
      GTK_MESSAGE_DIALOG(question), "%s",
      _("It cannot be fetched any more, and its cost is not refunded."));
  gtk_dialog_add_buttons(GTK_DIALOG(question), _("_Keep It"), GTK_RESPONSE_CANCEL, _("F_orget"),
                         GTK_RESPONSE_ACCEPT, nullptr);
  gtk_dialog_set_default_response(GTK_DIALOG(question), GTK_RESPONSE_CANCEL);
  const bool yes = gtk_dialog_run(GTK_DIALOG(question)) == GTK_RESPONSE_ACCEPT;
  gtk_widget_destroy(question);
  return yes;
}

void Recovery::forget(std::int64_t id) {
  const JournalEntry* found = find(id);
  if (!found) return;
  const JournalEntry job = *found;
  if (!may_forget(job)) return;
  busy_ = true;
  work_.start(
      [job, home = home_](GCancellable*) { return forget_waiting(job, home); },
      [this, id](const Result<void>& gone) { end(id, gone ? "" : gone.error().text(), !gone); });
}

void Recovery::end(std::int64_t id, const std::string& text, bool is_problem) {
  said_ = text;
  work_.start([home = home_](GCancellable*) { return waiting_jobs(home); },
              [this, id, text, is_problem](Result<WaitingJobs> waiting) {
                busy_ = false;
                take(std::move(waiting));
                if (!text.empty() && list_.set_state(id, text, false, is_problem)) {
                  told_[id] = {text, is_problem};
                } else if (!text.empty()) {
                  list_.say(text, is_problem);
                }
                if (waiting_) return waiting_->quit();
                fetch_next();
              });
}

std::string Recovery::finish() {
  to_fetch_.clear();
  if (!busy_) return {};
  waiting_.emplace();
  waiting_->run();
  waiting_.reset();
  return said_;
}

void show_recovery(GtkWidget* dialog, Recovery& recovery) {
  GtkWidget* content = gtk_dialog_get_content_area(GTK_DIALOG(dialog));
  GtkWidget* page = vertical_box(wide_gap);
  gtk_container_set_border_width(GTK_CONTAINER(page), wide_gap);
  append(page,
         hint_label(_("These pictures were sent to be sharpened, and their results are not in "
                      "an image yet. Services keep a result for about a week."),
                    60));
  GtkWidget* scrolled = gtk_scrolled_window_new(nullptr, nullptr);
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                 GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height(GTK_SCROLLED_WINDOW(scrolled), 160);
  gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(scrolled), 420);
  gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scrolled), TRUE);
  gtk_container_add(GTK_CONTAINER(scrolled), recovery.list().widget());
  append(page, scrolled, true);
  append(content, page, true);
  gtk_widget_show_all(page);
  gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CLOSE);
  gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(GTK_DIALOG(dialog), GTK_RESPONSE_CLOSE));
  recovery.reload();
  gtk_dialog_run(GTK_DIALOG(dialog));
  gtk_widget_hide(dialog);
  gtk_container_remove(GTK_CONTAINER(scrolled), gtk_bin_get_child(GTK_BIN(scrolled)));
}

}  // namespace sharpen
