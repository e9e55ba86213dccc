#include "ui/widgets/job_list.h"

#include <algorithm>
#include <ranges>

#include "base/i18n.h"
#include "client/providers/service.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {
constexpr int row_characters = 50;
constexpr std::size_t most_placed = 20;  ///< rows; a script may have placed a thousand
}  // namespace

std::string job_title(const JournalEntry& job) {
  // TRANSLATORS: a model and a time: "Lens Blur V2, yesterday 18:02"
  return tr("{}, {}", model_title(job.settings.model), time_text(job.created));
}

std::string job_state(const JournalEntry& job) {
  const std::string service = _(title_of(job.service));
  switch (job.step) {
    case JobStep::submitting:
      return tr("Sent to {}; the answer was lost.", service);
    case JobStep::running:
      return tr("Last known state: in progress at {}.", service);
    case JobStep::ready:
      return tr("Ready at {}.", service);
    case JobStep::placed:
      return tr("Inserted {}.", time_text(job.placed / G_USEC_PER_SEC));
    case JobStep::fetched:
      break;
  }
  return _("Downloaded, but not in an image yet.");
}

JobList::JobList(Actions actions)
    : actions_(std::move(actions)), box_(own(vertical_box(wide_gap))) {
  said_ = text_label("");
  gtk_label_set_line_wrap(GTK_LABEL(said_), TRUE);
  gtk_label_set_max_width_chars(GTK_LABEL(said_), 60);
  set_visible(said_, false);
  empty_ = hint_label(_("No sharpened pictures are waiting."));
  list_ = vertical_box(wide_gap);
  append(box_.get(), said_);
  fetch_all_ = text_button(_("Fetch A_ll"));
  gtk_widget_set_halign(fetch_all_, GTK_ALIGN_END);
  gtk_widget_set_tooltip_text(
      fetch_all_, _("Downloads each picture and inserts it as a layer, one after the other."));
  connections_.on(fetch_all_, "clicked", [this] { actions_.fetch_all(); });
  append(box_.get(), empty_);
  append(box_.get(), fetch_all_);
  append(box_.get(), list_);
  placed_title_ = hint_label("", 60);
  placed_ = vertical_box(wide_gap);
  append(box_.get(), placed_title_);
  append(box_.get(), placed_);
  set_jobs({}, {}, {});
}

void JobList::set_jobs(const std::vector<JournalEntry>& jobs,
                       const std::vector<JournalEntry>& running,
                       const std::vector<JournalEntry>& placed) {
  row_connections_.clear();
  rows_.clear();
  for (GtkWidget* list : {list_, placed_})
    for (GtkWidget* row : children_of(list)) gtk_widget_destroy(row);
  for (const JournalEntry& job : running) add_row(list_, job, true);
  for (const JournalEntry& job : jobs) add_row(list_, job);
  for (const JournalEntry& job : placed | std::views::reverse | std::views::take(most_placed))
    add_row(placed_, job);
  set_visible(fetch_all_, jobs.size() > 1);
  set_visible(list_, !jobs.empty() || !running.empty());
  set_visible(placed_, !placed.empty());
  set_visible(placed_title_, !placed.empty());
  set_visible(empty_, jobs.empty() && running.empty() && placed.empty());
  std::string title =
      _("These results are in an image already, which may not have been saved. For seven days they "
        "can be fetched again, and the same run does not pay again.");
  if (placed.size() > most_placed)
    title += " " + tr("The newest {} of {}:", most_placed, placed.size());
  set_text(placed_title_, title);
}

void JobList::add_row(GtkWidget* list, const JournalEntry& job, bool is_running) {
  GtkWidget* row = horizontal_box(wide_gap);
  GtkWidget* texts = vertical_box(0);
  const std::string title = job.origin.layer_name.empty()
                                ? job_title(job)
                                : tr("{}: {}", job.origin.layer_name, job_title(job));
  GtkWidget* name = bold_label(title);
  gtk_label_set_ellipsize(GTK_LABEL(name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_width_chars(GTK_LABEL(name), row_characters);
  std::string facts = megapixel_text(job.width, job.height);
  if (job.preview) facts += " · " + std::string(_("preview"));
  if (job.cost && *job.cost > 0) {
    facts +=
        " · " + amount_text(*job.cost, job.service == ServiceKind::aimlapi ? "USD" : "credits");
  }
  GtkWidget* state = hint_label(
      facts + " · " + (is_running ? _("Being sharpened now.") : job_state(job)), row_characters);
  append(texts, name);
  append(texts, state);
  append(row, texts, true);
  append(list, row);
  if (is_running) return gtk_widget_show_all(row);

  GtkWidget* buttons = horizontal_box();
  gtk_widget_set_valign(buttons, GTK_ALIGN_CENTER);
  const auto add_button = [&](const char* label, const char* tooltip,
                              const std::function<void(std::int64_t)>& action) {
    GtkWidget* button = text_button(label);
    gtk_widget_set_tooltip_text(button, tooltip);
    set_accessible_description(button, title);
    row_connections_.on(button, "clicked", [&action, id = job.id] { action(id); });
    append(buttons, button);
  };
  add_button(_("_Fetch"), _("Downloads the picture and inserts it as a layer."), actions_.fetch);
  if (job.step == JobStep::submitting || job.step == JobStep::running) {
    add_button(_("C_ancel"), _("Stops the work at the service, if that is still possible."),
               actions_.cancel);
  }
  add_button(_("F_orget"),
             job.step == JobStep::placed
                 ? _("Removes it from this list; the same run then pays again.")
                 : _("Removes it from this list; its cost is not refunded."),
             actions_.forget);
  append_end(row, buttons);
  rows_.push_back({job.id, state, buttons});
}

bool JobList::set_state(std::int64_t id, const std::string& text, bool busy, bool is_problem) {
  const auto row = std::ranges::find(rows_, id, &Row::id);
  if (row == rows_.end()) return false;
  set_text(row->state, text);
  set_class(row->state, "dim-label", !is_problem);
  set_warning_colour(row->state, is_problem);
  gtk_widget_set_sensitive(row->buttons, !busy);
  return true;
}

void JobList::say(const std::string& text, bool is_problem) {
  set_text(said_, text);
  set_warning_colour(said_, is_problem);
  set_visible(said_, !text.empty());
}

}  // namespace sharpen
