#pragma once

#include <gtk/gtk.h>

#include <filesystem>
#include <functional>
#include <vector>

#include "base/glib_source.h"
#include "plugin/files/files_options.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// Which pictures, and what becomes of the results. Plain GTK.
class FilesPage {
 public:
  /// `changed` is called when the user changes anything.
  explicit FilesPage(std::function<void()> changed);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }

  void set(const FilesOptions& options);
  [[nodiscard]] FilesOptions get() const;
  /// Pictures and an output folder are named.
  [[nodiscard]] bool is_complete() const;

 private:
  void build_inputs();
  void build_output();
  /// Where a search for pictures begins.
  [[nodiscard]] std::filesystem::path first_folder() const;
  /// What was typed: within the home folder after "~/", else beside the first picture, since
  /// nobody knows GIMP's own working folder.
  [[nodiscard]] std::filesystem::path folder_from(std::string_view typed) const;
  void ask_inputs(GtkFileChooserAction action);
  void ask_output();
  void add(const std::filesystem::path& input);
  void remove();
  void follow();
  void user_changed();

  std::function<void()> changed_;
  bool setting_ = false;
  std::vector<std::filesystem::path> inputs_;
  std::filesystem::path output_folder_;  ///< what the entry says, if its name is not UTF-8
  Ref<GtkWidget> box_;
  Ref<GtkListStore> rows_;
  GtkWidget *list_, *remove_, *recursive_, *only_;
  GtkWidget *output_, *name_, *format_, *quality_, *if_exists_, *keep_times_, *jobs_;
  GtkWidget *limit_on_, *limit_;
  EventSource opening_;
  Connections connections_;
};

}  // namespace sharpen
