#pragma once

#include <gtk/gtk.h>

#include <initializer_list>
#include <string>
#include <utility>

namespace sharpen {

/// Rows of a label and a control.
[[nodiscard]] GtkWidget* form();
/// Adds a row to a form and returns its label, whose mnemonic leads to the control.
GtkWidget* attach_row(GtkWidget* form, int line, const std::string& text, GtkWidget* control);
/// A combo box of ids and what is shown for them.
[[nodiscard]] GtkWidget* combo(std::initializer_list<std::pair<const char*, std::string>> entries);
/// The chosen id; empty if there is none.
[[nodiscard]] std::string active_id(GtkWidget* combo);

}  // namespace sharpen
