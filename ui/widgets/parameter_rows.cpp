#include "ui/widgets/parameter_rows.h"

#include <algorithm>
#include <cmath>

#include "base/i18n.h"
#include "ui/widgets/mnemonics.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

/// With as many decimals as it needs, two at most.
std::string short_number(double value) {
  const auto is_whole = [](double number) { return std::abs(number - std::round(number)) < 1e-6; };
  return number_text(value, is_whole(value) ? 0 : is_whole(value * 10) ? 1 : 2);
}

int digits_of(const Parameter& parameter) {
  if (parameter.is_integer) return 0;
  return parameter.step < 0.1 ? 2 : 1;
}

/// Of a slider whose number may be larger than it shows.
GtkAdjustment* slider_of(const Parameter& about, GtkAdjustment* number) {
  if (about.slider_maximum <= 0) return number;
  GtkAdjustment* slider = gtk_adjustment_new(about.start, about.minimum, about.slider_maximum,
                                             about.step, about.step * 10, 0);
  g_object_bind_property(number, "value", slider, "value", G_BINDING_BIDIRECTIONAL);
  return slider;
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
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), is_auto() ? automatic : number);
    show_number();
  }
  /// On Auto nothing, since a number would look like the one that is used.
  bool show_number() const {
    const std::string text =
        is_auto() ? ""
                  : number_text(gtk_adjustment_get_value(adjustment), digits_of(parameter(id)));
    if (text != gtk_entry_get_text(GTK_ENTRY(number)))
      gtk_entry_set_text(GTK_ENTRY(number), text.c_str());
    return true;
  }
  /// Where the value will be: its range, or what the service took.
  void show_on_auto(const std::string& text) const {
    gtk_entry_set_placeholder_text(GTK_ENTRY(number), text.c_str());
  }
  void set_range(double minimum, double maximum) const {
    gtk_adjustment_set_lower(adjustment, minimum);
    gtk_adjustment_set_upper(adjustment, maximum);
    const Parameter& about = parameter(id);
    const int digits = digits_of(about);
    const std::string help = tr("{}\nFrom {} to {}.", _(about.help), number_text(minimum, digits),
                                number_text(maximum, digits));
    for (GtkWidget* widget : {label, scale, number}) {
      gtk_widget_set_tooltip_text(widget, help.c_str());
    }
    if (!about.is_integer) show_on_auto(short_number(minimum) + "–" + short_number(maximum));
    set_accessible_description(scale, help);
    set_accessible_description(number, help);
  }
};

ParameterRows::ParameterRows(std::span<const ParameterId> ids, std::function<void()> changed)
    : grid_(own(gtk_grid_new())), changed_(std::move(changed)) {
  gtk_grid_set_row_spacing(GTK_GRID(grid_.get()), 2);
  gtk_grid_set_column_spacing(GTK_GRID(grid_.get()), narrow_gap);
  for (int line = 0; const ParameterId id : ids) add_row(id, 2 * line++);
  connections_.on(grid_.get(), "map", [this] { choose_keys(); });
  connections_.on(grid_.get(), "hierarchy-changed", [this] {
    window_connections_.clear();
    GtkWidget* window = gtk_widget_get_toplevel(grid_.get());
    if (!GTK_IS_WINDOW(window)) return;
    // Buttons come and go and have other labels; Alt is pressed before the letter.
    window_connections_.on_event(window, "key-press-event", [this](GdkEvent* event) {
      if (event->key.keyval == GDK_KEY_Alt_L || event->key.keyval == GDK_KEY_Alt_R) choose_keys();
      return false;
    });
  });
}

ParameterRows::~ParameterRows() = default;

void ParameterRows::add_row(ParameterId id, int line) {
  const Parameter& about = parameter(id);
  auto row = std::make_unique<Row>();
  row->id = id;
  row->adjustment =
      gtk_adjustment_new(about.start, about.minimum, about.maximum, about.step, about.step * 10, 0);
  row->automatic = check_button(_("Auto"));
  row->scale = gtk_scale_new(GTK_ORIENTATION_HORIZONTAL, slider_of(about, row->adjustment));
  row->number = gtk_spin_button_new(row->adjustment, about.step, digits_of(about));
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
  // The mnemonic of a value on Auto turns Auto off, since the number cannot be edited before.
  connections_.connect(row->automatic, "mnemonic-activate",
                       [row = row.get()](std::span<const GValue> arguments) {
                         if (g_value_get_boolean(&arguments[1])) return false;
                         gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(row->automatic), FALSE);
                         gtk_widget_grab_focus(row->number);
                         return true;
                       });
  connections_.on(row->automatic, "toggled", [this, row = row.get()] {
    row->follow_auto();
    if (!setting_) changed_();
  });
  connections_.on(row->adjustment, "value-changed", [this] {
    if (!setting_) changed_();
  });
  rows_.push_back(std::move(row));
}

bool ParameterRows::show_for(const Model* model, BlurKind blur) {
  setting_ = true;
  bool any = false;
  for (const auto& row : rows_) {
    row->shown = (!model || model->has(row->id)) && is_for(row->id, blur);
    if (const ModelParameter* taken = model ? model->find(row->id) : nullptr)
      row->set_range(taken->minimum, taken->maximum);
    const bool with_scale = !parameter(row->id).is_integer;
    for (GtkWidget* widget : {row->label, row->automatic, row->number}) {
      set_visible(widget, row->shown);
    }
    set_visible(row->scale, row->shown && with_scale);
    any = any || row->shown;
  }
  setting_ = false;
  if (gtk_widget_get_mapped(grid_.get())) choose_keys();
  return any;
}

void ParameterRows::choose_keys() {
  for (const auto& row : rows_)
    gtk_label_set_text(GTK_LABEL(row->label), _(parameter(row->id).title));
  auto taken = mnemonics_in(gtk_widget_get_toplevel(grid_.get()));
  for (const auto& row : rows_) {
    if (!row->shown) continue;
    const std::string text = with_mnemonic(_(parameter(row->id).title), taken);
    gtk_label_set_text_with_mnemonic(GTK_LABEL(row->label), text.c_str());
  }
}

void ParameterRows::set_used(ParameterId id, double value) {
  const auto found = std::ranges::find(rows_, id, [](const auto& row) { return row->id; });
  if (found == rows_.end() || !(*found)->is_auto()) return;
  setting_ = true;
  gtk_adjustment_set_value((*found)->adjustment, value);
  (*found)->show_on_auto(number_text(value, digits_of(parameter(id))));
  setting_ = false;
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
