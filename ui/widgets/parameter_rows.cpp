#include "ui/widgets/parameter_rows.h"

#include <algorithm>
#include <cmath>

#include "base/i18n.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

/// With as many decimals as it needs, two at most.
std::string short_number(double value) {
  const auto is_whole = [](double number) { return std::abs(number - std::round(number)) < 1e-6; };
  return number_text(value, is_whole(value) ? 0 : is_whole(value * 10) ? 1 : 2);
}

}  // namespace

struct ParameterRows::Row {
  ParameterId id;
  GtkAdjustment* adjustment;
  GtkWidget *label, *automatic, *scale, *number;
  bool shown = true;

  [[nodiscard]] bool is_auto() const {
    return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(automatic));
  }
  void follow_auto() const {
    gtk_widget_set_sensitive(scale, !is_auto());
    gtk_widget_set_sensitive(number, !is_auto());
    show_number();
  }
  /// On Auto nothing, since a number would look like the one that is used.
  bool show_number() const {
    const int digits = parameter(id).is_integer ? 0 : 2;
    const std::string text =
        is_auto() ? "" : number_text(gtk_adjustment_get_value(adjustment), digits);
    if (text != gtk_entry_get_text(GTK_ENTRY(number)))
      gtk_entry_set_text(GTK_ENTRY(number), text.c_str());
    return true;
  }
  void set_range(double minimum, double maximum) const {
    gtk_adjustment_set_lower(adjustment, minimum);
    gtk_adjustment_set_upper(adjustment, maximum);
    const Parameter& about = parameter(id);
    const int digits = about.is_integer ? 0 : 2;
    const std::string help = tr("{}\nFrom {} to {}.", _(about.help), number_text(minimum, digits),
                                number_text(maximum, digits));
    for (GtkWidget* widget : {label, scale, number}) {
      gtk_widget_set_tooltip_text(widget, help.c_str());
    }
    // On Auto the range stands where the value will be.
    if (!parameter(id).is_integer) {
      const std::string range = short_number(minimum) + "–" + short_number(maximum);
      gtk_entry_set_placeholder_text(GTK_ENTRY(number), range.c_str());
    }
    set_accessible_description(scale, help);
    set_accessible_description(number, help);
  }
};

ParameterRows::ParameterRows(std::span<const ParameterId> ids, std::function<void()> changed)
    : grid_(own(gtk_grid_new())), changed_(std::move(changed)) {
  gtk_grid_set_row_spacing(GTK_GRID(grid_.get()), 2);
  gtk_grid_set_column_spacing(GTK_GRID(grid_.get()), narrow_gap);
  for (int line = 0; const ParameterId id : ids) add_row(id, 2 * line++);
}

ParameterRows::~ParameterRows() = default;

void ParameterRows::add_row(ParameterId id, int line) {
  const Parameter& about = parameter(id);
  // A round number near the middle, for whoever switches Auto off.
  const double middle =
      about.is_integer ? 1 : std::round((about.minimum + about.maximum) * 10 - 0.1) / 20;
  const double step = about.is_integer ? 1 : 0.01;
  auto row = std::make_unique<Row>();
  row->id = id;
  row->adjustment = gtk_adjustment_new(middle, about.minimum, about.maximum, step, step * 10, 0);
  row->automatic = check_button(_("Auto"));
  row->scale = gtk_scale_new(GTK_ORIENTATION_HORIZONTAL, row->adjustment);
  row->number = gtk_spin_button_new(row->adjustment, step, about.is_integer ? 0 : 2);
  row->label = text_label(_(about.title));

  gtk_scale_set_draw_value(GTK_SCALE(row->scale), FALSE);
  gtk_widget_set_hexpand(row->scale, TRUE);
  // As high as its knob: there are up to four of them in a page that should not scroll.
  set_style(row->scale, "scale { padding-top: 5px; padding-bottom: 5px; }");
  gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(row->number), TRUE);
  gtk_entry_set_width_chars(GTK_ENTRY(row->number), about.is_integer ? 10 : 6);
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(row->automatic), TRUE);
  gtk_widget_set_tooltip_text(row->automatic,
                              _("The service chooses this value for each picture."));
  // TRANSLATORS: spoken name of a switch; {} is a parameter such as "Strength"
  set_accessible_name(row->automatic, tr("{}: Auto", _(about.title)));
  set_accessible_name(row->scale, _(about.title));
  set_accessible_name(row->number, _(about.title));

  GtkGrid* grid = GTK_GRID(grid_.get());
  gtk_grid_attach(grid, row->label, 0, line, 1, 1);
  gtk_grid_attach(grid, row->automatic, 1, line, 1, 1);
  gtk_widget_set_hexpand(row->label, TRUE);
  if (about.is_integer) gtk_widget_set_no_show_all(row->scale, TRUE);
  gtk_grid_attach(grid, row->number, 2, line, 1, 1);
  gtk_grid_attach(grid, row->scale, 0, line + 1, 3, 1);
  row->set_range(about.minimum, about.maximum);
  row->follow_auto();

  connections_.connect(row->number, "output",
                       [row = row.get()](auto) { return row->show_number(); });
  connections_.on(row->automatic, "toggled", [this, row = row.get()] {
    row->follow_auto();
    if (!setting_) changed_();
  });
  connections_.on(row->adjustment, "value-changed", [this] {
    if (!setting_) changed_();
  });
  rows_.push_back(std::move(row));
}

bool ParameterRows::show_for(const Model* model) {
  setting_ = true;
  bool any = false;
  for (const auto& row : rows_) {
    const bool for_faces = row->id == ParameterId::face_enhancement_strength ||
                           row->id == ParameterId::face_enhancement_creativity;
    const ModelParameter* taken = model ? model->find(row->id) : nullptr;
    row->shown = !model || taken || for_faces;
    if (taken) row->set_range(taken->minimum, taken->maximum);
    const bool with_scale = !parameter(row->id).is_integer;
    for (GtkWidget* widget : {row->label, row->automatic, row->number}) {
      set_visible(widget, row->shown);
    }
    set_visible(row->scale, row->shown && with_scale);
    any = any || row->shown;
  }
  setting_ = false;
  return any;
}

void ParameterRows::set_sensitive(bool sensitive) {
  gtk_widget_set_sensitive(grid_.get(), sensitive);
}

void ParameterRows::set(const Settings& settings) {
  setting_ = true;
  for (const auto& row : rows_) {
    const auto& value = settings.value(row->id);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(row->automatic), !value.has_value());
    if (value) gtk_adjustment_set_value(row->adjustment, *value);
    row->follow_auto();
  }
  setting_ = false;
}

void ParameterRows::get(Settings& settings) const {
  for (const auto& row : rows_) {
    auto& value = settings.value(row->id);
    value.reset();
    if (row->shown && !row->is_auto()) value = gtk_adjustment_get_value(row->adjustment);
  }
}

}  // namespace sharpen
