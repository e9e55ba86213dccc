#include "ui/recovery.h"

#include <algorithm>

#include "base/i18n.h"
#include "ui/waiting_job.h"

namespace sharpen {
Recovery::Recovery(RecoverHost& host, Home home, std::function<void()> changed)
    : host_(host),
      home_(std::move(home)),
      changed_(std::move(changed)),
      list_({[this](std::int64_t id) { fetch(id); }, [this](std::int64_t id) { cancel(id); },
             [this](std::int64_t id) { forget(id); }}) {}

void Recovery::reload() {
  work_.start([home = home_](GCancellable*) { return waiting_jobs(home); },
              [this](Result<std::vector<JournalEntry>> jobs) {
                jobs_ = jobs.value_or(std::vector<JournalEntry>{});
                list_.set_jobs(jobs_);
                changed_();
              });
}

const JournalEntry* Recovery::find(std::int64_t id) const {
  const auto found = std::ranges::find(jobs_, id, &JournalEntry::id);
  return found == jobs_.end() || work_.running() ? nullptr : &*found;
}

void Recovery::fetch(std::int64_t id) {
  const JournalEntry* job = find(id);
  if (!job) return;
  list_.set_state(id, _("Fetching…"), true);
  work_.start([job = *job, home = home_](
                  GCancellable* cancellable) { return fetch_waiting(job, home, {}, cancellable); },
              [this, job = *job](Result<JobResult> result) { place(job, std::move(result)); });
}

void Recovery::place(const JournalEntry& job, Result<JobResult> result) {
  if (!result) return list_.set_state(job.id, result.error().text(), false, true);
  const auto placed = host_.place_recovered(job, *result);
  if (!placed) {
    list_.set_state(job.id, placed.error().text(), true, true);
    return give_back(job.id);
  }
  list_.set_state(job.id, *placed, true);
  work_.start([id = job.id, home = home_](GCancellable*) { return finish_job(id, home); },
              [this](const Result<void>&) { reload(); });
}

void Recovery::give_back(std::int64_t id) {
  work_.start([id, home = home_](GCancellable*) { return release_waiting(id, home); },
              [this, id](const Result<void>&) { list_.set_busy(id, false); });
}

void Recovery::cancel(std::int64_t id) {
  const JournalEntry* job = find(id);
  if (!job) return;
  list_.set_state(id, _("Cancelling…"), true);
  work_.start([job = *job, home = home_](
                  GCancellable* cancellable) { return cancel_waiting(job, home, cancellable); },
              [this, id](const Result<bool>& not_charged) {
                if (not_charged) return reload();
                list_.set_state(id, not_charged.error().text(), false, true);
              });
}

void Recovery::forget(std::int64_t id) {
  const JournalEntry* job = find(id);
  if (!job) return;
  work_.start([job = *job, home = home_](GCancellable*) { return forget_waiting(job, home); },
              [this, id](const Result<void>& gone) {
                if (gone) return reload();
                list_.set_state(id, gone.error().text(), false, true);
              });
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
  recovery.reload();
  gtk_dialog_run(GTK_DIALOG(dialog));
  gtk_container_remove(GTK_CONTAINER(scrolled), gtk_bin_get_child(GTK_BIN(scrolled)));
}

}  // namespace sharpen
