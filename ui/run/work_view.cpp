#include "ui/run/work_view.h"

#include <algorithm>
#include <numeric>

#include "base/i18n.h"
#include "ui/widgets/text.h"

namespace sharpen {
WorkView::WorkView(GtkWidget* window, bool has_settings)
    : window_(window), stack_(own(gtk_stack_new())), has_settings_(has_settings) {
  progress_ = std::make_unique<ProgressPage>([this] { cancel(); }, [this] { go_to_background(); });
  ProblemPage::Actions actions;
  actions.try_again = [this] { begin(); };
  if (has_settings) {
    actions.back = [this] { leave(End::back); };
    actions.enter_key = [this] { leave(End::key); };
  }
  actions.close = [this] { leave(End::closed); };
  problem_ = std::make_unique<ProblemPage>(std::move(actions));
  gtk_stack_set_homogeneous(GTK_STACK(stack_.get()), TRUE);
  for (GtkWidget* page : {progress_->widget(), problem_->widget()}) {
    gtk_widget_show_all(page);
    gtk_container_add(GTK_CONTAINER(stack_.get()), page);
  }
  gtk_widget_show(stack_.get());
}

WorkView::End WorkView::run(Host& host, const Home& home, std::vector<Task> tasks,
                            const Host::PlaceOptions& options,
                            const std::vector<std::string>& titles, const std::string& what,
                            const std::string& cost) {
  titles_ = titles;
  what_ = what;
  cost_ = cost;
  notes_.clear();
  findings_.clear();
  of_originals_ = options.redo_original;
  leaving_ = false;
  Work::Events events;
  events.progress = [this](std::size_t task, const JobProgress& progress) {
    follow(task, progress);
  };
  events.task_done = [this](std::size_t task) {
    progress_->set_done(task);
    follow(task, {Stage::placing, 1.0, {}});
  };
  // A dialog that has found its service asked it what this costs.
  if (cost.empty()) {
    events.service_found = [this, what](ServiceKind service, const Price& price) {
      // TRANSLATORS: a model on a service, "Lens Blur V2 on Topaz Labs"
      if (!has_settings_) what_ = tr("{} on {}", what, _(title_of(service)));
      cost_ = price.amount > 0 ? amount_text(price.amount, price.unit) : "";
      progress_->set_facts(what_, cost_);
    };
  }
  events.finished = [this](Result<std::vector<std::string>> result) {
    finished(std::move(result));
  };
  work_ = std::make_unique<Work>(host, home, std::move(tasks), options, std::move(events));

  Connections while_running;
  while_running.on_event(window_, "delete-event", [this](GdkEvent*) {
    close_at_end_ = true;
    working_ ? cancel() : leave(End::closed);
    return true;
  });
  while_running.on_event(window_, "key-press-event", [this](GdkEvent* event) {
    if (!working_ || event->key.keyval != GDK_KEY_Escape) return false;
    cancel();
    return true;
  });
  begin();
  gtk_widget_show(window_);
  loop_.run();
  work_.reset();
  return end_;
}

void WorkView::begin() {
  cancelling_ = close_at_end_ = false;
  working_ = true;
  fractions_.assign(titles_.size(), 0);
  progress_->begin(titles_, what_, cost_);
  gtk_stack_set_visible_child(GTK_STACK(stack_.get()), progress_->widget());
  gtk_widget_grab_focus(progress_->cancel_button());
  work_->start();
}

void WorkView::follow(std::size_t task, const JobProgress& progress) {
  progress_->update(task, progress);
  if (progress.fraction) fractions_.at(task) = std::max(fractions_[task], *progress.fraction);
  stage_ = _(title_of(progress.stage));
  if (!background_ || cancelling_) return;
  const double all = std::accumulate(fractions_.begin(), fractions_.end(), 0.0);
  background_->set_progress(stage_, all / double(fractions_.size()));
}

void WorkView::go_to_background() {
  // Later, since the click may come inside the message of an assistive technology.
  hiding_ = EventSource::idle([this] {
    const std::string what = titles_.size() == 1
                                 ? titles_.front()
                                 : trn("{} picture", "{} pictures", titles_.size(), titles_.size());
    background_ = std::make_unique<BackgroundWindow>(
        what, BackgroundWindow::Actions{[this] { come_back(); }, [this] { cancel(); }});
    const double all = std::accumulate(fractions_.begin(), fractions_.end(), 0.0);
    background_->set_progress(stage_, all / double(std::max<std::size_t>(1, fractions_.size())));
    if (cancelling_) background_->set_cancelling();
    background_->show();
    gtk_widget_hide(window_);
    return false;
  });
}

void WorkView::come_back() {
  if (background_) background_->hide();
  gtk_window_present(GTK_WINDOW(window_));
}

void WorkView::cancel() {
  if (std::exchange(cancelling_, true)) return;
  progress_->set_cancelling();
  if (background_) background_->set_cancelling();
  work_->cancel();
}

void WorkView::finished(Result<std::vector<std::string>> result) {
  working_ = false;
  progress_->end();
  hiding_.stop();
  if (background_) background_->hide();
  if (result) {
    notes_ = std::move(*result);
    // Nobody saw the window close. Notes say themselves what was placed and what was not.
    if (notes_.empty() && !gtk_widget_get_visible(window_)) {
      findings_.push_back(trn("{} sharpened picture is inserted.",
                              "{} sharpened pictures are inserted.", titles_.size(),
                              titles_.size()));
    }
    const auto& found = work_->findings();
    findings_.insert(findings_.end(), found.begin(), found.end());
    return leave(End::placed);
  }
  error_ = std::move(result).error();
  // What costs nothing has no answer to read: back to where the user came from.
  if (error_.kind == ErrorKind::cancelled && cost_.empty() && !work_->has_results()) {
    return leave(has_settings_ && !close_at_end_ ? End::back : End::closed);
  }
  show_problem();
}

void WorkView::show_problem() {
  std::string details = what_ + "\n";
  for (const auto& title : titles_) details += title + "\n";
  Error shown = error_;
  if (work_->has_results()) {
    shown.hint += (shown.hint.empty() ? "" : " ") +
                  std::string(_("The results that have arrived are inserted when you close this."));
  }
  problem_->show(shown, details);
  gtk_stack_set_visible_child(GTK_STACK(stack_.get()), problem_->widget());
  gtk_widget_grab_default(problem_->try_again_button());
  gtk_widget_grab_focus(problem_->try_again_button());
  gtk_window_present(GTK_WINDOW(window_));
}

void WorkView::leave(End end) {
  if (std::exchange(leaving_, true)) return;
  // Results that came are paid for: they are placed even if others failed.
  if (end == End::closed && work_->has_results()) {
    gtk_widget_set_sensitive(stack_.get(), FALSE);
    auto placed = work_->place_what_came();
    gtk_widget_set_sensitive(stack_.get(), TRUE);
    if (placed) {
      notes_ = std::move(*placed);
      findings_ = work_->findings();
      notes_.push_back(error_.text());
      end = End::placed;
    }
  }
  if (end == End::back || end == End::key) kept_.keep(work_->release(), of_originals_);
  end_ = end;
  loop_.quit();
}

Error as_read(Error error) {
  error.kind = ErrorKind::cancelled;
  return error;
}

}  // namespace sharpen
