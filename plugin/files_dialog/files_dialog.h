#pragma once

#include <libgimp/gimpui.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/glib_source.h"
#include "client/home.h"
#include "plugin/files/files_run.h"
#include "plugin/files_dialog/files_page.h"
#include "plugin/files_dialog/files_table.h"
#include "ui/pages/setup_page.h"
#include "ui/run/account.h"
#include "ui/run/loop.h"
#include "ui/run/memory.h"
#include "ui/widgets/account_line.h"
#include "ui/widgets/preset_bar.h"

namespace sharpen {

/// The window of Filters > Enhance > Remote Sharpen Files: what is to be done, and then a table of
/// how it goes.
class FilesDialog {
 public:
  FilesDialog(GimpProcedureConfig* config, const Home& home);
  ~FilesDialog();

  /// Until the user closes the window. What was chosen is remembered for the next time.
  void run();

 private:
  void build();
  [[nodiscard]] GtkWidget* build_settings();
  [[nodiscard]] GtkWidget* build_table();
  [[nodiscard]] GtkWidget* add_button(const char* text, void (FilesDialog::*action)());
  void read_memory();
  void remember(const FilesOptions& options, const Settings& settings);
  void follow();
  void follow_account(const Result<Account>& found);
  void show_account_page();
  void dry_run() { begin(true); }
  void sharpen() { begin(false); }
  void begin(bool dry_run);
  void file_changed(std::size_t index);
  void run_finished();
  void show_pace();
  void show_setup();
  void cancel_all();
  void cancel_one();
  void open_result();
  void close();
  void say(const std::string& text, bool is_problem);
  [[nodiscard]] bool running() const { return run_ && !finished_; }
  /// The chosen file of the run, if there is one.
  [[nodiscard]] const FileItem* chosen() const;

  struct DestroyWidget {
    void operator()(GtkWidget* widget) const { gtk_widget_destroy(widget); }
  };
  GimpProcedureConfig* config_;
  Home home_;
  std::unique_ptr<GtkWidget, DestroyWidget> window_;
  Memory memory_;
  AccountWatch accounts_;
  std::unique_ptr<SetupPage> setup_;
  std::unique_ptr<PresetBar> presets_;
  std::unique_ptr<AccountLine> account_line_;
  std::unique_ptr<FilesPage> page_;
  std::unique_ptr<FilesTable> table_;
  GtkWidget *pages_ = nullptr, *setup_view_ = nullptr, *table_view_ = nullptr;
  GtkWidget *notice_ = nullptr, *said_ = nullptr, *bar_ = nullptr;
  GtkWidget *dry_run_ = nullptr, *sharpen_ = nullptr, *back_ = nullptr, *close_ = nullptr;
  GtkWidget *cancel_all_ = nullptr, *cancel_one_ = nullptr, *open_ = nullptr;
  std::unique_ptr<FilesRun> run_;
  std::size_t ended_ = 0;
  bool finished_ = false, closing_ = false;
  std::chrono::steady_clock::time_point since_;
  Loop loop_;
  EventSource later_, pace_;
  Connections connections_;
};

/// Shows it. Errors: bad_argument where there is no screen.
[[nodiscard]] Result<void> run_files_dialog(GimpProcedureConfig* config, const Home& home);

}  // namespace sharpen
