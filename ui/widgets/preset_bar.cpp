#include "ui/widgets/preset_bar.h"

#include "base/glib_error.h"
#include "base/i18n.h"

namespace sharpen {
namespace {

struct DestroyWidget {
  void operator()(GtkWidget* widget) const { gtk_widget_destroy(widget); }
};
using OwnedWidget = std::unique_ptr<GtkWidget, DestroyWidget>;

}  // namespace

PresetBar::PresetBar(Presets presets, Events events)
    : presets_(std::move(presets)),
      events_(std::move(events)),
      box_(own(horizontal_box(wide_gap))) {
  combo_ = gtk_combo_box_text_new();
  label_ = mnemonic_label(_("Pr_eset:"), combo_);
  append(box_.get(), label_);
  append(box_.get(), combo_, true);

  GtkWidget* menu = gtk_menu_new();
  const auto item = [&](const char* text, std::function<void()> action) {
    GtkWidget* entry = gtk_menu_item_new_with_mnemonic(text);
    // Later: a dialog inside a message of an assistive technology would keep the next one waiting.
    connections_.on(entry, "activate", [this, action = std::move(action)] {
      opening_ = EventSource::idle([&action] { return action(), false; });
    });
    gtk_menu_shell_append(GTK_MENU_SHELL(menu), entry);
    gtk_widget_show(entry);
    return entry;
  };
  item(_("_Save as a Preset…"), [this] { save(); });
  remove_item_ = item(_("_Delete the Preset"), [this] { remove(); });
  export_item_ = item(_("_Export to a File…"), [this] { export_one(); });
  item(_("_Import from a File…"), [this] { import_one(); });
  GtkWidget* button = gtk_menu_button_new();
  gtk_container_add(GTK_CONTAINER(button),
                    gtk_image_new_from_icon_name("open-menu-symbolic", GTK_ICON_SIZE_BUTTON));
  gtk_menu_button_set_popup(GTK_MENU_BUTTON(button), menu);
  gtk_widget_set_tooltip_text(button, _("Save, delete, export and import presets"));
  set_accessible_name(button, _("Save, delete, export and import presets"));
  append(box_.get(), button);
  connections_.on(combo_, "changed", [this] {
    if (!filling_) choose();
  });
  fill();
}

GtkWindow* PresetBar::window() const { return GTK_WINDOW(gtk_widget_get_toplevel(box_.get())); }

std::string PresetBar::selected() const {
  const char* id = gtk_combo_box_get_active_id(GTK_COMBO_BOX(combo_));
  return id ? id : "";
}

void PresetBar::fill() {
  filling_ = true;
  gtk_combo_box_text_remove_all(GTK_COMBO_BOX_TEXT(combo_));
  // TRANSLATORS: no preset is chosen
  gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo_), "", _("None"));
  for (const Preset& preset : presets_.all()) {
    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo_), preset.name.c_str(), preset.name.c_str());
  }
  for (const UnusablePreset& preset : presets_.unusable()) {
    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo_), preset.name.c_str(),
                              tr("{} (cannot be used)", preset.name).c_str());
  }
  filling_ = false;
  select("");
}

void PresetBar::select(const std::string& name) {
  filling_ = true;
  gtk_combo_box_set_active_id(GTK_COMBO_BOX(combo_), name.c_str());
  gtk_widget_set_sensitive(remove_item_, !name.empty());
  gtk_widget_set_sensitive(export_item_, !name.empty());
  filling_ = false;
}

void PresetBar::choose() {
  const std::string name = selected();
  select(name);
  if (const Preset* preset = presets_.find(name)) return events_.chosen(preset->settings);
  if (const UnusablePreset* preset = presets_.find_unusable(name)) events_.problem(preset->problem);
}

void PresetBar::follow(const Settings& current) {
  const Preset* preset = presets_.find(selected());
  if (preset && !(preset->settings == current)) select("");
}

bool PresetBar::tell(const Result<void>& done) {
  if (!done) events_.problem(done.error());
  return done.has_value();
}

void PresetBar::save() {
  const auto name = ask_name();
  if (!name || !tell(presets_.save({*name, events_.current()}))) return;
  fill();
  select(*name);
}

void PresetBar::remove() {
  if (tell(presets_.remove(selected()))) fill();
}

void PresetBar::export_one() {
  const std::string name = selected();
  const auto file = ask_file(GTK_FILE_CHOOSER_ACTION_SAVE, name + ".json");
  if (file) tell(presets_.export_to(*file, name));
}

void PresetBar::import_one() {
  const auto file = ask_file(GTK_FILE_CHOOSER_ACTION_OPEN, "");
  if (!file) return;
  const auto name = presets_.import_from(*file);
  if (!name) return events_.problem(name.error());
  fill();
  gtk_combo_box_set_active_id(GTK_COMBO_BOX(combo_), name->c_str());
}

std::optional<std::string> PresetBar::ask_name() const {
  const OwnedWidget dialog(
      gtk_dialog_new_with_buttons(_("Save as a Preset"), window(), GTK_DIALOG_MODAL, _("_Cancel"),
                                  GTK_RESPONSE_CANCEL, _("_Save"), GTK_RESPONSE_OK, nullptr));
  gtk_dialog_set_default_response(GTK_DIALOG(dialog.get()), GTK_RESPONSE_OK);
  GtkWidget* row = horizontal_box(wide_gap);
  gtk_container_set_border_width(GTK_CONTAINER(row), wide_gap);
  GtkWidget* entry = gtk_entry_new();
  gtk_entry_set_text(GTK_ENTRY(entry), selected().c_str());
  gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
  append(row, mnemonic_label(_("_Name:"), entry));
  append(row, entry, true);
  append(gtk_dialog_get_content_area(GTK_DIALOG(dialog.get())), row);
  gtk_widget_show_all(dialog.get());
  Connections connections;
  GtkWidget* save = gtk_dialog_get_widget_for_response(GTK_DIALOG(dialog.get()), GTK_RESPONSE_OK);
  const auto follow = [&] {
    const std::string name = gtk_entry_get_text(GTK_ENTRY(entry));
    gtk_widget_set_sensitive(save, !name.empty());
    const bool taken = presets_.find(name) || presets_.find_unusable(name);
    gtk_button_set_label(GTK_BUTTON(save), taken ? _("_Replace") : _("_Save"));
  };
  connections.on(entry, "changed", follow);
  follow();
  if (gtk_dialog_run(GTK_DIALOG(dialog.get())) != GTK_RESPONSE_OK) return {};
  return gtk_entry_get_text(GTK_ENTRY(entry));
}

std::optional<std::string> PresetBar::ask_file(GtkFileChooserAction action,
                                               const std::string& proposal) const {
  const bool saving = action == GTK_FILE_CHOOSER_ACTION_SAVE;
  const OwnedWidget dialog(gtk_file_chooser_dialog_new(
      saving ? _("Export the Preset") : _("Import a Preset"), window(), action, _("_Cancel"),
      GTK_RESPONSE_CANCEL, saving ? _("_Export") : _("_Import"), GTK_RESPONSE_OK, nullptr));
  auto* chooser = GTK_FILE_CHOOSER(dialog.get());
  gtk_file_chooser_set_do_overwrite_confirmation(chooser, TRUE);
  if (saving) gtk_file_chooser_set_current_name(chooser, proposal.c_str());
  gtk_dialog_set_default_response(GTK_DIALOG(dialog.get()), GTK_RESPONSE_OK);
  if (gtk_dialog_run(GTK_DIALOG(dialog.get())) != GTK_RESPONSE_OK) return {};
  const OwnedChars name(gtk_file_chooser_get_filename(chooser));
  if (!name) return {};
  return name.get();
}

}  // namespace sharpen
