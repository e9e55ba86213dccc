#include "ui/pages/progress_page.h"

#include <algorithm>
#include <cmath>

#include "base/i18n.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {
constexpr unsigned tick_milliseconds = 200;
}

ProgressPage::ProgressPage(std::function<void()> cancel, std::function<void()> background)
    : box_(own(vertical_box(wide_gap))) {
  title_ = bold_label("");
  what_ = text_label("");
  gtk_label_set_ellipsize(GTK_LABEL(title_), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_ellipsize(GTK_LABEL(what_), PANGO_ELLIPSIZE_END);
  set_class(what_, "dim-label");
  GtkWidget* heading = vertical_box();
  append(heading, title_);
  append(heading, what_);
  append(box_.get(), heading);

  rows_box_ = vertical_box(wide_gap);
  append(box_.get(), rows_box_);

  GtkWidget* facts = horizontal_box(wide_gap);
  elapsed_ = text_label("");
  cost_ = text_label("");
  set_class(elapsed_, "dim-label");
  set_class(cost_, "dim-label");
  append(facts, elapsed_);
  append_end(facts, cost_);
  append(box_.get(), facts);

  GtkWidget* buttons = horizontal_box();
  cancel_ = text_button(_("_Cancel"));
  append_end(buttons, cancel_);
  if (background) {
    GtkWidget* hide = text_button(_("Continue in the _Background"));
    gtk_widget_set_tooltip_text(
        hide, _("Hides this window; the result is inserted when it arrives, and GIMP tells you."));
    append_end(buttons, hide);
    connections_.on(hide, "clicked", std::move(background));
  }
  append_end(box_.get(), buttons);
  connections_.on(cancel_, "clicked", std::move(cancel));
}

void ProgressPage::begin(const std::vector<std::string>& pictures, const std::string& what,
                         const std::string& cost) {
  const bool only_one = pictures.size() == 1;
  set_text(title_, only_one ? tr("Sharpening “{}”", pictures.front())
                            : trn("Sharpening {} picture", "Sharpening {} pictures",
                                  pictures.size(), pictures.size()));
  set_facts(what, cost);
  gtk_widget_set_sensitive(cancel_, TRUE);
  for (GtkWidget* row : children_of(rows_box_)) gtk_widget_destroy(row);
  rows_.clear();
  for (const auto& picture : pictures) add_row(picture, only_one);
  gtk_widget_show_all(rows_box_);
  began_ = g_get_monotonic_time();
  tick();
  clock_ = EventSource::timeout(tick_milliseconds, [this] {
    tick();
    return true;
  });
}

void ProgressPage::set_facts(const std::string& what, const std::string& cost) {
  set_text(what_, what);
  set_text(cost_, cost);
}

void ProgressPage::add_row(const std::string& picture, bool only_one) {
  Row row;
  GtkWidget* box = vertical_box();
  GtkWidget* texts = horizontal_box(wide_gap);
  row.stage = text_label(_(title_of(Stage::preparing)));
  row.remaining = text_label("");
  row.bar = gtk_progress_bar_new();
  gtk_widget_set_size_request(row.bar, 340, -1);
  gtk_progress_bar_set_pulse_step(GTK_PROGRESS_BAR(row.bar), 0.05);
  set_accessible_name(row.bar, tr("Progress of “{}”", picture));
  if (!only_one) {
    GtkWidget* name = text_label(picture);
    gtk_label_set_ellipsize(GTK_LABEL(name), PANGO_ELLIPSIZE_MIDDLE);
    append(texts, name, true);
    append_end(texts, row.remaining);
    append_end(texts, row.stage);
    set_class(row.stage, "dim-label");
    set_class(row.remaining, "dim-label");
  } else {
    append(texts, row.stage, true);
    append_end(texts, row.remaining);
  }
  append(box, texts);
  append(box, row.bar);
  append(rows_box_, box);
  rows_.push_back(row);
}

void ProgressPage::update(std::size_t picture, const JobProgress& progress) {
  if (picture >= rows_.size()) return;
  Row& row = rows_[picture];
  set_text(row.stage, _(title_of(progress.stage)));
  row.pulsing = !progress.fraction;
  if (progress.fraction) {
    // A service may start its count anew; the bar never goes back.
    auto* bar = GTK_PROGRESS_BAR(row.bar);
    gtk_progress_bar_set_fraction(
        bar, std::clamp(*progress.fraction, gtk_progress_bar_get_fraction(bar), 1.0));
  }
  row.ends_at = progress.remaining_seconds
                    ? g_get_monotonic_time() + gint64(*progress.remaining_seconds * 1e6)
                    : 0;
}

void ProgressPage::set_done(std::size_t picture) {
  if (picture >= rows_.size()) return;
  Row& row = rows_[picture];
  row.pulsing = false;
  row.ends_at = 0;
  gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(row.bar), 1);
  set_text(row.stage, _("Done"));
}

void ProgressPage::set_cancelling() {
  gtk_widget_set_sensitive(cancel_, FALSE);
  for (Row& row : rows_) {
    row.ends_at = 0;
    set_text(row.stage, _("Cancelling…"));
  }
}

void ProgressPage::tick() {
  const gint64 now = g_get_monotonic_time();
  set_text(elapsed_, tr("{} so far", duration_text(std::floor(double(now - began_) / 1e6))));
  for (const Row& row : rows_) {
    if (row.pulsing) gtk_progress_bar_pulse(GTK_PROGRESS_BAR(row.bar));
    const bool known = row.ends_at > now;
    gtk_widget_set_visible(row.remaining, known);
    set_text(row.remaining,
             known ? tr("about {} left", duration_text(double(row.ends_at - now) / 1e6)) : "");
  }
}

}  // namespace sharpen
