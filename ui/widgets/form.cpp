#include "ui/widgets/form.h"

#include "ui/widgets/widgets.h"

namespace sharpen {

GtkWidget* form() {
  GtkWidget* widget = gtk_grid_new();
  gtk_grid_set_row_spacing(GTK_GRID(widget), narrow_gap);
  gtk_grid_set_column_spacing(GTK_GRID(widget), wide_gap);
  return widget;
}

GtkWidget* attach_row(GtkWidget* form, int line, const std::string& text, GtkWidget* control) {
  gtk_widget_set_hexpand(control, TRUE);
  GtkWidget* label = mnemonic_label(text, control);
  gtk_grid_attach(GTK_GRID(form), label, 0, line, 1, 1);
  gtk_grid_attach(GTK_GRID(form), control, 1, line, 1, 1);
  return label;
}

GtkWidget* combo(std::initializer_list<std::pair<const char*, std::string>> entries) {
  GtkWidget* widget = gtk_combo_box_text_new();
  for (const auto& [id, text] : entries) {
    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(widget), id, text.c_str());
  }
  return widget;
}

std::string active_id(GtkWidget* combo) {
  const char* id = gtk_combo_box_get_active_id(GTK_COMBO_BOX(combo));
  return id ? id : "";
}

}  // namespace sharpen
