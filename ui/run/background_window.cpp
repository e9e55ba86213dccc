#include "ui/run/background_window.h"

#include <algorithm>

#include "base/i18n.h"

namespace sharpen {

BackgroundWindow::BackgroundWindow(const std::string& what, Actions actions)
    : window_(gtk_window_new(GTK_WINDOW_TOPLEVEL)) {
  auto* window = GTK_WINDOW(window_.get());
  gtk_window_set_title(window, _("Sharpening in the Background"));
  gtk_window_set_resizable(window, FALSE);
  gtk_window_set_focus_on_map(window, FALSE);
  GtkWidget* page = vertical_box();
  gtk_container_set_border_width(GTK_CONTAINER(page), wide_gap);
  GtkWidget* title = bold_label(what);
  gtk_label_set_ellipsize(GTK_LABEL(title), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars(GTK_LABEL(title), 40);
  append(page, title);
  stage_ = text_label("");
  set_class(stage_, "dim-label");
  append(page, stage_);
  bar_ = gtk_progress_bar_new();
  gtk_widget_set_size_request(bar_, 280, -1);
  set_accessible_name(bar_, tr("Progress of “{}”", what));
  append(page, bar_);
  GtkWidget* buttons = horizontal_box();
  cancel_ = text_button(_("_Cancel"));
  GtkWidget* show = text_button(_("_Show the Dialog"));
  append_end(buttons, cancel_);
  append_end(buttons, show);
  append(page, buttons);
  gtk_container_add(GTK_CONTAINER(window_.get()), page);
  gtk_widget_show_all(page);
  connections_.on(cancel_, "clicked", std::move(actions.cancel));
  connections_.on(show, "clicked", actions.show);
  connections_.on_event(window_.get(), "delete-event",
                        [show = std::move(actions.show)](GdkEvent*) { return show(), true; });
}

void BackgroundWindow::show() { gtk_widget_show(window_.get()); }
void BackgroundWindow::hide() { gtk_widget_hide(window_.get()); }

void BackgroundWindow::set_progress(const std::string& stage, double fraction) {
  set_text(stage_, stage);
  gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(bar_), std::clamp(fraction, 0.0, 1.0));
}

void BackgroundWindow::set_cancelling() {
  gtk_widget_set_sensitive(cancel_, FALSE);
  set_text(stage_, _("Cancelling…"));
}

}  // namespace sharpen
