#include "plugin/files_dialog/files_page.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "plugin/files/inputs.h"
#include "ui/widgets/form.h"

namespace sharpen {
namespace {

namespace fs = std::filesystem;

struct DestroyWidget {
  void operator()(GtkWidget* widget) const { gtk_widget_destroy(widget); }
};
using OwnedWidget = std::unique_ptr<GtkWidget, DestroyWidget>;

const FilesArgument& argument(std::string_view name) {
  return *std::ranges::find(files_arguments(), name,
                            [](const FilesArgument& one) { return std::string_view(one.name); });
}

std::string title(std::string_view name) { return std::string(_(argument(name).title)) + ":"; }

/// A row of a form for an argument of the table.
void attach_argument(GtkWidget* form, int line, std::string_view name, GtkWidget* control) {
  attach_row(form, line, title(name), control);
  gtk_widget_set_tooltip_text(control, _(argument(name).help));
}

GtkWidget* check_for(std::string_view name) {
  GtkWidget* check = check_button(_(argument(name).title));
  gtk_widget_set_tooltip_text(check, _(argument(name).help));
  return check;
}

GtkWidget* number_for(std::string_view name) {
  const FilesArgument& number = argument(name);
  GtkWidget* control = gtk_spin_button_new_with_range(number.minimum, number.maximum, 1);
  gtk_widget_set_halign(control, GTK_ALIGN_START);
  return control;
}

bool is_on(GtkWidget* check) {
  return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(check)) != FALSE;
}

void set_on(GtkWidget* check, bool on) {
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(check), on);
}

}  // namespace

FilesPage::FilesPage(std::function<void()> changed)
    : changed_(std::move(changed)),
      box_(own(vertical_box(wide_gap))),
      rows_(Ref<GtkListStore>::adopt(gtk_list_store_new(1, G_TYPE_STRING))) {
  build_inputs();
  build_output();
  set({});
}

void FilesPage::build_inputs() {
  list_ = gtk_tree_view_new_with_model(GTK_TREE_MODEL(rows_.get()));
  gtk_tree_view_set_headers_visible(GTK_TREE_VIEW(list_), FALSE);
  gtk_tree_view_set_enable_search(GTK_TREE_VIEW(list_), FALSE);
  set_accessible_name(list_, _("Pictures and folders"));
  GtkCellRenderer* renderer = gtk_cell_renderer_text_new();
  g_object_set(renderer, "ellipsize", PANGO_ELLIPSIZE_START, nullptr);
  GtkTreeViewColumn* column =
      gtk_tree_view_column_new_with_attributes("", renderer, "text", 0, nullptr);
  gtk_tree_view_column_set_sizing(column, GTK_TREE_VIEW_COLUMN_FIXED);
  gtk_tree_view_append_column(GTK_TREE_VIEW(list_), column);
  gtk_tree_view_set_fixed_height_mode(GTK_TREE_VIEW(list_), TRUE);
  GtkTreeSelection* selection = gtk_tree_view_get_selection(GTK_TREE_VIEW(list_));
  gtk_tree_selection_set_mode(selection, GTK_SELECTION_MULTIPLE);
  GtkWidget* scrolled = gtk_scrolled_window_new(nullptr, nullptr);
  gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(scrolled), GTK_SHADOW_IN);
  constexpr int list_height = 110;
  gtk_scrolled_window_set_min_content_height(GTK_SCROLLED_WINDOW(scrolled), list_height);
  gtk_container_add(GTK_CONTAINER(scrolled), list_);

  GtkWidget* buttons = horizontal_box();
  const auto button = [&](const char* text, std::function<void()> action) {
    GtkWidget* made = text_button(text);
    append(buttons, made);
    // A dialog inside a message of an assistive technology would keep the next one waiting.
    connections_.on(made, "clicked", [this, action = std::move(action)] {
      opening_ = EventSource::idle([action] { return action(), false; });
    });
    return made;
  };
  button(_("Add P_ictures…"), [this] { ask_inputs(GTK_FILE_CHOOSER_ACTION_OPEN); });
  button(_("Add Folde_rs…"), [this] { ask_inputs(GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER); });
  remove_ = button(_("Remo_ve"), [this] { remove(); });

  GtkWidget* rows = form();
  recursive_ = check_for("recursive");
  only_ = gtk_entry_new();
  gtk_entry_set_placeholder_text(GTK_ENTRY(only_), "*.jpg;*.png");
  attach_argument(rows, 0, "only", only_);
  GtkWidget* content = vertical_box();
  append(content, scrolled, true);
  append(content, buttons);
  append(content, recursive_);
  append(content, rows);
  append(box_.get(), titled(_("Pictures"), content), true);

  connections_.on(selection, "changed", [this] { follow(); });
  connections_.on(recursive_, "toggled", [this] { user_changed(); });
  connections_.on(only_, "changed", [this] { user_changed(); });
}

void FilesPage::build_output() {
  GtkWidget* rows = form();
  GtkWidget* folder = horizontal_box();
  output_ = gtk_entry_new();
  GtkWidget* browse = text_button(_("_Browse…"));
  append(folder, output_, true);
  append(folder, browse);
  gtk_widget_set_hexpand(folder, TRUE);
  gtk_grid_attach(GTK_GRID(rows), mnemonic_label(title("output"), output_), 0, 0, 1, 1);
  gtk_grid_attach(GTK_GRID(rows), folder, 1, 0, 1, 1);
  gtk_widget_set_tooltip_text(output_, _(argument("output").help));
  name_ = gtk_entry_new();
  attach_argument(rows, 1, "name", name_);
  format_ = combo({{"original", _("As the picture is")},
                   {"png", "PNG"},
                   {"tiff", "TIFF"},
                   {"jpeg", "JPEG"},
                   {"xcf", _("XCF, with the original beneath the result")}});
  attach_row(rows, 2, title("format"), format_);
  quality_ = number_for("quality");
  attach_argument(rows, 3, "quality", quality_);
  if_exists_ = combo({{"skip", _("Skip the picture")},
                      {"overwrite", _("Overwrite the file")},
                      {"number", _("Add a number to the name")}});
  attach_row(rows, 4, title("if-exists"), if_exists_);
  jobs_ = number_for("jobs");
  attach_argument(rows, 5, "jobs", jobs_);
  limit_on_ = check_for("max-cost");
  limit_ = gtk_spin_button_new_with_range(0, 1e6, 1);
  gtk_spin_button_set_value(GTK_SPIN_BUTTON(limit_), 100);
  gtk_widget_set_halign(limit_, GTK_ALIGN_START);
  set_accessible_name(limit_, _("Cost limit"));
  gtk_grid_attach(GTK_GRID(rows), limit_on_, 0, 6, 1, 1);
  gtk_grid_attach(GTK_GRID(rows), limit_, 1, 6, 1, 1);
  keep_times_ = check_for("keep-times");
  gtk_grid_attach(GTK_GRID(rows), keep_times_, 0, 7, 2, 1);
  append(box_.get(), titled(_("Results"), rows));

  connections_.on(browse, "clicked",
                  [this] { opening_ = EventSource::idle([this] { return ask_output(), false; }); });
  for (GtkWidget* entry : {output_, name_})
    connections_.on(entry, "changed", [this] { user_changed(); });
  for (GtkWidget* chosen : {format_, if_exists_})
    connections_.on(chosen, "changed", [this] {
      follow();
      user_changed();
    });
  for (GtkWidget* number : {quality_, jobs_, limit_})
    connections_.on(number, "value-changed", [this] { user_changed(); });
  for (GtkWidget* check : {limit_on_, keep_times_})
    connections_.on(check, "toggled", [this] {
      follow();
      user_changed();
    });
}

fs::path FilesPage::folder_from(std::string_view typed) const {
  if (typed.empty()) return {};
  if (typed.starts_with("~/")) return fs::path(g_get_home_dir()) / typed.substr(2);
  return first_folder() / typed;
}

fs::path FilesPage::first_folder() const {
  if (!inputs_.empty()) return inputs_.back().parent_path();
  const char* pictures = g_get_user_special_dir(G_USER_DIRECTORY_PICTURES);
  return pictures ? pictures : g_get_home_dir();
}

void FilesPage::ask_inputs(GtkFileChooserAction action) {
  const bool folders = action == GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER;
  auto* window = GTK_WINDOW(gtk_widget_get_toplevel(box_.get()));
  const OwnedWidget dialog(gtk_file_chooser_dialog_new(
      folders ? _("Add Folders") : _("Add Pictures"), window, action, _("_Cancel"),
      GTK_RESPONSE_CANCEL, _("_Add"), GTK_RESPONSE_OK, nullptr));
  auto* chooser = GTK_FILE_CHOOSER(dialog.get());
  gtk_file_chooser_set_select_multiple(chooser, TRUE);
  gtk_file_chooser_set_current_folder(chooser, first_folder().c_str());
  gtk_dialog_set_default_response(GTK_DIALOG(dialog.get()), GTK_RESPONSE_OK);
  if (gtk_dialog_run(GTK_DIALOG(dialog.get())) != GTK_RESPONSE_OK) return;
  GSList* names = gtk_file_chooser_get_filenames(chooser);
  for (GSList* name = names; name; name = name->next) {
    const OwnedChars owned(static_cast<char*>(name->data));
    add(owned.get());
  }
  g_slist_free(names);
  // The results of a folder find their place beside it.
  if (output_folder_.empty() && *gtk_entry_get_text(GTK_ENTRY(output_)) == 0 && !inputs_.empty())
    gtk_entry_set_text(GTK_ENTRY(output_),
                       (inputs_.front().parent_path() / _("sharpened")).c_str());
  user_changed();
}

void FilesPage::ask_output() {
  auto* window = GTK_WINDOW(gtk_widget_get_toplevel(box_.get()));
  const OwnedWidget dialog(gtk_file_chooser_dialog_new(
      _("Output Folder"), window, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Cancel"),
      GTK_RESPONSE_CANCEL, _("_Choose"), GTK_RESPONSE_OK, nullptr));
  gtk_dialog_set_default_response(GTK_DIALOG(dialog.get()), GTK_RESPONSE_OK);
  if (gtk_dialog_run(GTK_DIALOG(dialog.get())) != GTK_RESPONSE_OK) return;
  const OwnedChars name(gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog.get())));
  if (!name) return;
  const OwnedChars shown(g_filename_display_name(name.get()));
  gtk_entry_set_text(GTK_ENTRY(output_), shown.get());
  output_folder_ = name.get();
}

void FilesPage::add(const fs::path& input) {
  if (std::ranges::contains(inputs_, input)) return;
  inputs_.push_back(input);
  gtk_list_store_insert_with_values(rows_.get(), nullptr, -1, 0, display_name(input).c_str(), -1);
}

void FilesPage::remove() {
  GtkTreeSelection* selection = gtk_tree_view_get_selection(GTK_TREE_VIEW(list_));
  for (int index = static_cast<int>(inputs_.size()) - 1; index >= 0; --index) {
    GtkTreeIter row;
    gtk_tree_model_iter_nth_child(GTK_TREE_MODEL(rows_.get()), &row, nullptr, index);
    if (!gtk_tree_selection_iter_is_selected(selection, &row)) continue;
    gtk_list_store_remove(rows_.get(), &row);
    inputs_.erase(inputs_.begin() + index);
  }
  user_changed();
}

void FilesPage::follow() {
  GtkTreeSelection* selection = gtk_tree_view_get_selection(GTK_TREE_VIEW(list_));
  gtk_widget_set_sensitive(remove_, gtk_tree_selection_count_selected_rows(selection) > 0);
  const std::string format = active_id(format_);
  gtk_widget_set_sensitive(quality_, format == "jpeg" || format == "original");
  gtk_widget_set_sensitive(limit_, is_on(limit_on_));
}

void FilesPage::user_changed() {
  if (!setting_) changed_();
}

void FilesPage::set(const FilesOptions& options) {
  setting_ = true;
  inputs_.clear();
  gtk_list_store_clear(rows_.get());
  for (const fs::path& input : options.inputs) add(input);
  set_on(recursive_, options.recursive);
  gtk_entry_set_text(GTK_ENTRY(only_), options.only.c_str());
  const OwnedChars shown(g_filename_display_name(options.output_folder.c_str()));
  gtk_entry_set_text(GTK_ENTRY(output_), shown.get());
  output_folder_ = options.output_folder;
  gtk_entry_set_text(GTK_ENTRY(name_), options.name_pattern.c_str());
  gtk_combo_box_set_active_id(GTK_COMBO_BOX(format_), word_of(options.format));
  gtk_spin_button_set_value(GTK_SPIN_BUTTON(quality_), options.jpeg_quality);
  gtk_combo_box_set_active_id(GTK_COMBO_BOX(if_exists_), word_of(options.if_exists));
  set_on(keep_times_, options.keep_times);
  gtk_spin_button_set_value(GTK_SPIN_BUTTON(jobs_), options.concurrency);
  set_on(limit_on_, options.max_cost.has_value());
  if (options.max_cost) gtk_spin_button_set_value(GTK_SPIN_BUTTON(limit_), *options.max_cost);
  follow();
  setting_ = false;
}

FilesOptions FilesPage::get() const {
  FilesOptions options;
  options.inputs = inputs_;
  options.recursive = is_on(recursive_);
  options.only = gtk_entry_get_text(GTK_ENTRY(only_));
  const std::string typed = gtk_entry_get_text(GTK_ENTRY(output_));
  const OwnedChars shown(g_filename_display_name(output_folder_.c_str()));
  options.output_folder = typed == shown.get() ? output_folder_ : folder_from(typed);
  options.name_pattern = gtk_entry_get_text(GTK_ENTRY(name_));
  options.format = output_format_from(active_id(format_)).value_or(OutputFormat::original);
  options.jpeg_quality = gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(quality_));
  options.if_exists = if_exists_from(active_id(if_exists_)).value_or(IfExists::skip);
  options.keep_times = is_on(keep_times_);
  options.concurrency = gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(jobs_));
  if (is_on(limit_on_)) options.max_cost = gtk_spin_button_get_value(GTK_SPIN_BUTTON(limit_));
  return options;
}

bool FilesPage::is_complete() const {
  return !inputs_.empty() && *gtk_entry_get_text(GTK_ENTRY(output_)) != 0;
}

}  // namespace sharpen
