#include "ui/preview/preview_panel.h"

#include <algorithm>
#include <cmath>

#include "base/i18n.h"
#include "ui/widgets/text.h"

namespace sharpen {

PreviewPanel::PreviewPanel(Events events)
    : events_(std::move(events)), box_(own(vertical_box(narrow_gap))) {
  view_ = std::make_unique<CompareView>([this] {
    follow_zoom();
    follow_view();
    events_.moved();
  });
  chooser_ = std::make_unique<CropChooser>([this] { events_.box_moved(); });

  sources_ = gtk_combo_box_text_new();
  sources_row_ = horizontal_box(wide_gap);
  append(sources_row_, mnemonic_label(_("Preview of _layer:"), sources_));
  append(sources_row_, sources_, true);
  append(box_.get(), sources_row_);
  set_visible(sources_row_, false);
  build_picture();
  build_tools();

  GtkWidget* row = horizontal_box(wide_gap);
  state_ = hint_label("", 30);
  gtk_label_set_lines(GTK_LABEL(state_), 3);
  gtk_label_set_ellipsize(GTK_LABEL(state_), PANGO_ELLIPSIZE_END);
  append(row, state_, true);
  button_ = text_button("");
  gtk_widget_set_valign(button_, GTK_ALIGN_START);
  append_end(row, button_);
  append(box_.get(), row);
  set_visible(button_, false);

  connections_.on(button_, "clicked", [this] { events_.button(); });
  connections_.on(sources_, "changed", [this] {
    const int chosen = gtk_combo_box_get_active(GTK_COMBO_BOX(sources_));
    if (chosen >= 0) events_.source(std::size_t(chosen));
  });
  connections_.on(view_->widget(), "size-allocate", [this] {
    const int width = gtk_widget_get_allocated_width(view_->widget());
    const int height = gtk_widget_get_allocated_height(view_->widget());
    if (width == width_ && height == height_) return;
    width_ = width;
    height_ = height;
    view_->resized();
    follow_zoom();
    follow_view();
    events_.resized();
  });
}

void PreviewPanel::build_picture() {
  GtkWidget* frame = gtk_frame_new(nullptr);
  GtkWidget* overlay = gtk_overlay_new();
  gtk_container_add(GTK_CONTAINER(overlay), view_->widget());
  GtkWidget* corner = gtk_frame_new(nullptr);
  gtk_container_add(GTK_CONTAINER(corner), chooser_->widget());
  gtk_widget_set_halign(corner, GTK_ALIGN_END);
  gtk_widget_set_valign(corner, GTK_ALIGN_END);
  gtk_widget_set_margin_end(corner, narrow_gap);
  gtk_widget_set_margin_bottom(corner, narrow_gap);
  gtk_overlay_add_overlay(GTK_OVERLAY(overlay), corner);
  build_progress(overlay);
  gtk_container_add(GTK_CONTAINER(frame), overlay);
  append(box_.get(), frame, true);
}

void PreviewPanel::build_progress(GtkWidget* overlay) {
  progress_ = horizontal_box();
  set_class(progress_, "osd");
  set_class(progress_, "toolbar");
  bar_ = gtk_progress_bar_new();
  gtk_progress_bar_set_show_text(GTK_PROGRESS_BAR(bar_), TRUE);
  gtk_widget_set_size_request(bar_, 190, -1);
  gtk_widget_set_valign(bar_, GTK_ALIGN_CENTER);
  set_accessible_name(bar_, _("Progress of the preview"));
  append(progress_, bar_);
  GtkWidget* stop = icon_button("process-stop-symbolic", _("Stop"));
  append(progress_, stop);
  gtk_widget_set_halign(progress_, GTK_ALIGN_START);
  gtk_widget_set_valign(progress_, GTK_ALIGN_END);
  gtk_widget_set_margin_start(progress_, narrow_gap);
  gtk_widget_set_margin_bottom(progress_, narrow_gap);
  gtk_overlay_add_overlay(GTK_OVERLAY(overlay), progress_);
  set_visible(progress_, false);
  connections_.on(stop, "clicked", [this] { events_.stop(); });
}

void PreviewPanel::follow_view() {
  const Rectangle seen = view_->visible();
  chooser_->set_box(seen);
  GtkWidget* corner = gtk_widget_get_parent(chooser_->widget());
  set_visible(corner, pixels_of(seen) > 0 && !chooser_->is_all(seen));
}

ViewChoice PreviewPanel::choice() const {
  return {view_->mode() == CompareView::Mode::side_by_side, view_->zoom(), view_->divider()};
}

void PreviewPanel::choose(const ViewChoice& choice) {
  view_->set_divider(choice.divider);
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(sides_), choice.side_by_side);
}

void PreviewPanel::build_tools() {
  GtkWidget* row = horizontal_box();
  GtkWidget* modes = horizontal_box(0);
  set_class(modes, "linked");
  GtkWidget* divider = gtk_radio_button_new_with_mnemonic(nullptr, _("Spl_it"));
  sides_ =
      gtk_radio_button_new_with_mnemonic_from_widget(GTK_RADIO_BUTTON(divider), _("_Side by side"));
  gtk_widget_set_tooltip_text(divider, _("Before and after with a divider between them; the Left "
                                         "and Right keys move it."));
  gtk_widget_set_tooltip_text(sides_, _("The same part twice, before and after; the arrow keys "
                                        "move it."));
  for (GtkWidget* mode : {divider, sides_}) {
    gtk_toggle_button_set_mode(GTK_TOGGLE_BUTTON(mode), FALSE);
    append(modes, mode);
  }
  append(row, modes);
  GtkWidget* hold = text_button(_("Hold for the ori_ginal"));
  gtk_widget_set_tooltip_text(hold, _("Shows the original while it is held (Space)"));
  append(row, hold);
  GtkWidget* changes = gtk_toggle_button_new();
  gtk_container_add(GTK_CONTAINER(changes),
                    gtk_image_new_from_icon_name("view-reveal-symbolic", GTK_ICON_SIZE_BUTTON));
  gtk_widget_set_tooltip_text(changes, _("Marks what was changed, the more the stronger"));
  set_accessible_name(changes, _("Mark what was changed"));
  append(row, changes);

  GtkWidget* zooms = horizontal_box(0);
  set_class(zooms, "linked");
  GtkWidget* zoom_out = icon_button("zoom-out-symbolic", _("Zoom out (-)"));
  zoom_ = gtk_button_new_with_label("");
  gtk_widget_set_tooltip_text(zoom_, _("Back to 100 % (1, or a double click on the picture)"));
  gtk_widget_set_size_request(zoom_, 64, -1);
  GtkWidget* zoom_in = icon_button("zoom-in-symbolic", _("Zoom in (+)"));
  GtkWidget* fit = icon_button("zoom-fit-best-symbolic", _("The whole picture (0)"));
  for (GtkWidget* button : {zoom_out, zoom_, zoom_in, fit}) append(zooms, button);
  append_end(row, zooms);
  append(box_.get(), row);
  follow_zoom();

  connections_.on(sides_, "toggled", [this] {
    const bool on = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(sides_));
    view_->set_mode(on ? CompareView::Mode::side_by_side : CompareView::Mode::divider);
  });
  connections_.on(hold, "pressed", [this] { view_->set_show_original(true); });
  connections_.on(hold, "released", [this] { view_->set_show_original(false); });
  // GTK presses a button with the mouse only; by its key it would be clicked at once.
  for (const bool down : {true, false}) {
    connections_.on_event(hold, down ? "key-press-event" : "key-release-event",
                          [this, down](GdkEvent* event) {
                            if (event->key.keyval != GDK_KEY_space) return false;
                            view_->set_show_original(down);
                            return true;
                          });
  }
  connections_.connect(hold, "mnemonic-activate",
                       [hold](auto) { return gtk_widget_grab_focus(hold), true; });
  connections_.on_event(hold, "focus-out-event", [this](GdkEvent*) {
    view_->set_show_original(false);
    return false;
  });
  connections_.on(changes, "toggled", [this, changes] {
    view_->set_show_changes(gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(changes)) != FALSE);
  });
  connections_.on(zoom_out, "clicked", [this] { view_->set_zoom(view_->zoom() / 2); });
  connections_.on(zoom_in, "clicked", [this] { view_->set_zoom(view_->zoom() * 2); });
  connections_.on(zoom_, "clicked", [this] { view_->set_zoom(1); });
  connections_.on(fit, "clicked", [this] { view_->set_zoom(view_->fit_zoom()); });
}

void PreviewPanel::follow_zoom() {
  // TRANSLATORS: a percentage
  const std::string text = tr("{} %", number_text(std::round(view_->zoom() * 100), 0));
  gtk_button_set_label(GTK_BUTTON(zoom_), text.c_str());
  set_accessible_name(zoom_, tr("Zoom {}", text));
}

void PreviewPanel::set_sources(const std::vector<std::string>& names) {
  if (names.size() < 2) return;
  for (const auto& name : names) {
    gtk_combo_box_text_append_text(GTK_COMBO_BOX_TEXT(sources_), name.c_str());
  }
  gtk_combo_box_set_active(GTK_COMBO_BOX(sources_), 0);
  set_visible(sources_row_, true);
}

void PreviewPanel::set_busy(bool busy) { gtk_widget_set_sensitive(sources_row_, !busy); }

std::string PreviewPanel::state() const { return gtk_label_get_text(GTK_LABEL(state_)); }

void PreviewPanel::set_state(const std::string& text, bool is_problem) {
  set_text(state_, text);
  set_class(state_, "dim-label", !is_problem);
  set_warning_colour(state_, is_problem);
  gtk_widget_set_tooltip_text(state_, text.c_str());
}

void PreviewPanel::show_progress(double fraction, const std::string& text) {
  auto* bar = GTK_PROGRESS_BAR(bar_);
  gtk_progress_bar_set_fraction(bar, std::clamp(fraction, 0.0, 1.0));
  gtk_progress_bar_set_text(bar, text.c_str());
  set_visible(progress_, true);
}

void PreviewPanel::hide_progress() { set_visible(progress_, false); }

void PreviewPanel::set_button(const std::string& label, bool sensitive) {
  gtk_button_set_label(GTK_BUTTON(button_), label.c_str());
  gtk_button_set_use_underline(GTK_BUTTON(button_), TRUE);
  gtk_widget_set_sensitive(button_, sensitive);
  set_visible(button_, !label.empty());
}

}  // namespace sharpen
