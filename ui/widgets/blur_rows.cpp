#include "ui/widgets/blur_rows.h"

#include <array>
#include <cmath>

#include "base/i18n.h"
#include "ui/widgets/form.h"

namespace sharpen {
namespace {

constexpr std::array blur_parameters = {ParameterId::blur_size, ParameterId::blur_angle,
                                        ParameterId::blur_edge, ParameterId::keep_grain};

bool may_protect(BlurKind kind) { return kind == BlurKind::defocus || kind == BlurKind::softness; }

/// As the arrows of its number move it.
double in_steps(ParameterId id, double value) {
  const double step = parameter(id).step;
  return std::round(value / step) * step;
}

}  // namespace

BlurRows::BlurRows(Events events)
    : events_(std::move(events)), box_(own(form())), rows_(blur_parameters, [this] {
        if (measuring_) stop_measuring();
        events_.changed();
      }) {
  const auto word = [](BlurKind kind) { return word_of(kind).data(); };
  kind_ = combo({{word(BlurKind::automatic), _("Auto")},
                 {word(BlurKind::defocus), _("Out of focus")},
                 {word(BlurKind::motion), _("Moved in a line")},
                 {word(BlurKind::softness), _("Soft all over")},
                 {word(BlurKind::shake), _("Shaken camera")}});
  gtk_widget_set_tooltip_text(
      kind_,
      _("Which blur is undone, instead of the one that the service finds. Out of focus: points of "
        "light became disks. Moved in a line: they became lines. Soft all over: a lens or a scan "
        "that is not crisp. Shaken camera: the most likely path of the camera is estimated."));
  attach_row(box_.get(), 0, _("Kind of blur:"), kind_);
  measure_ = text_button(_("Measure here"));
  gtk_widget_set_halign(measure_, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text(
      measure_, _("Estimates the kind and the size of the blur from the visible part of the "
                  "picture; with a selection, from that part of it."));
  measured_ = hint_label("");
  GtkGrid* grid = GTK_GRID(box_.get());
  gtk_grid_attach(grid, measure_, 1, 1, 1, 1);
  gtk_grid_attach(grid, measured_, 0, 2, 2, 1);
  gtk_grid_attach(grid, rows_.widget(), 0, 3, 2, 1);
  set_visible(measure_, bool(events_.measure));
  set_visible(measured_, false);
  protect_ = check_button(_("Protect sharp parts"));
  gtk_widget_set_tooltip_text(protect_, _("Parts that are already in focus are left unchanged."));
  gtk_grid_attach(grid, protect_, 0, 4, 2, 1);
  try_ = text_button(_("Try anyway, as a shaken camera"));
  gtk_widget_set_halign(try_, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text(
      try_,
      _("Estimates the most likely path of the camera and undoes it, even if it is uncertain."));
  gtk_grid_attach(grid, try_, 0, 5, 2, 1);
  set(Settings{});

  connections_.on(kind_, "changed", [this] {
    if (!setting_) kind_chosen();
  });
  connections_.on(protect_, "toggled", [this] {
    if (!setting_) events_.changed();
  });
  connections_.on(measure_, "clicked", [this] { events_.measure(); });
  connections_.on(try_, "clicked", [this] {
    const std::string shake(word_of(BlurKind::shake));
    gtk_combo_box_set_active_id(GTK_COMBO_BOX(kind_), shake.c_str());
  });
}

BlurKind BlurRows::kind() const {
  return blur_from(active_id(kind_)).value_or(BlurKind::automatic);
}

void BlurRows::kind_chosen() {
  stop_measuring();
  begin_with_estimate();
  growing_ = scroll_into_view_soon(box_.get());
  events_.changed();
}

void BlurRows::begin_with_estimate() {
  Settings settings;
  rows_.get(settings);
  for (const ParameterId id :
       {ParameterId::blur_size, ParameterId::blur_angle, ParameterId::blur_edge})
    settings.value(id).reset();
  if (estimate_ && estimate_->kind == kind() && estimate_->size > 0) {
    settings.value(ParameterId::blur_size) = in_steps(ParameterId::blur_size, estimate_->size);
    if (is_for(ParameterId::blur_angle, kind()))
      settings.value(ParameterId::blur_angle) = in_steps(ParameterId::blur_angle, estimate_->angle);
  }
  rows_.set(settings);
  follow_kind();
}

void BlurRows::follow_kind() {
  rows_.show_for(nullptr, kind());
  set_visible(protect_, may_protect(kind()));
  const bool nothing_undone = estimate_ && estimate_->outcome != BlurOutcome::undone;
  set_visible(try_, kind() == BlurKind::automatic && nothing_undone);
}

void BlurRows::set_found(const FoundBlur& found, const Settings& settings) {
  if (settings.blur == BlurKind::automatic) estimate_ = found;
  const Parameter& range = parameter(ParameterId::blur_size);
  const bool in_range = found.size >= range.minimum && found.size <= range.maximum;
  if (settings.blur == kind() && found.kind == kind() && in_range) {
    rows_.set_used(ParameterId::blur_size, found.size);
    rows_.set_used(ParameterId::blur_angle, found.angle);
  }
  follow_kind();
}

void BlurRows::set_measuring() {
  measuring_ = true;
  set_text(measured_, _("Looking at the picture…"));
  set_visible(measured_, true);
  gtk_widget_set_sensitive(measure_, FALSE);
}

void BlurRows::stop_measuring() {
  measuring_ = false;
  set_visible(measured_, false);
  gtk_widget_set_sensitive(measure_, TRUE);
}

void BlurRows::set_measured(const std::optional<FoundBlur>& found, const std::string& text) {
  if (!measuring_) return;
  stop_measuring();
  if (found && found->outcome == BlurOutcome::undone && found->kind != BlurKind::automatic) {
    estimate_ = found;
    setting_ = true;
    gtk_combo_box_set_active_id(GTK_COMBO_BOX(kind_), std::string(word_of(found->kind)).c_str());
    setting_ = false;
    begin_with_estimate();
    events_.changed();
  }
  set_text(measured_, text);
  set_visible(measured_, true);
  growing_ = scroll_into_view_soon(box_.get());
}

void BlurRows::set(const Settings& settings) {
  stop_measuring();
  setting_ = true;
  gtk_combo_box_set_active_id(GTK_COMBO_BOX(kind_), std::string(word_of(settings.blur)).c_str());
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(protect_), settings.protect_sharp);
  rows_.set(settings);
  follow_kind();
  setting_ = false;
}

void BlurRows::get(Settings& settings) const {
  settings.blur = kind();
  settings.protect_sharp = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(protect_)) != FALSE;
  rows_.get(settings);
}

}  // namespace sharpen
