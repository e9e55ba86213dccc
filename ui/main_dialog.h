#pragma once

#include <libgimp/gimpui.h>

#include <memory>
#include <string>
#include <vector>

#include "ui/dialog.h"
#include "ui/pages/recovery.h"
#include "ui/pages/setup_page.h"
#include "ui/preview/preview.h"
#include "ui/run/memory.h"
#include "ui/run/picture_look.h"
#include "ui/run/suggestion.h"
#include "ui/run/waiting_bar.h"
#include "ui/run/work_view.h"
#include "ui/widgets/account_line.h"
#include "ui/widgets/preset_bar.h"
#include "ui/widgets/price_line.h"
#include "ui/widgets/suggestion_line.h"

namespace sharpen {

/// Shows sentences where GIMP shows its messages.
void tell_user(const std::vector<std::string>& notes);
/// After a run: what was found goes into GIMP's status bar for a moment; with notes, which somebody
/// has to read, into a message with them.
void tell_end(std::vector<std::string> notes, const std::vector<std::string>& findings);

/// The window of an interactive run: a GimpProcedureDialog with the pages set up, progress and
/// problem.
class MainDialog {
 public:
  MainDialog(GimpProcedure* procedure, GimpProcedureConfig* config, const ConfigBridge& bridge,
             Host& host, const Home& home, RecoverHost* recover);
  ~MainDialog();

  /// Until the layers are placed or the user is through.
  [[nodiscard]] Result<void> run();

 private:
  void build(GimpProcedureDialog* dialog);
  void first_frame_shown();
  void read_config();
  void take_settings(const Settings& settings);
  void write_config(const Choice& choice);
  void choice_changed();
  void follow_choice();
  void account_found(const Result<Account>& found);
  void balance_found(const Result<Balance>& balance);
  void show_account_page();
  /// Without a key the button that would sharpen leads to the page for it.
  void set_needs_key(bool needs_key);
  /// "Background, 6000 × 4000", "3 layers, 51.0 MP".
  [[nodiscard]] std::string what_is_sent() const;
  void suggest();
  void show_suggestion(const Result<Suggestion>& found);
  void follow_suggestion();
  /// The blur in what is visible, for a blur by hand.
  void measure();
  void open_later(void (MainDialog::*window)());
  void open_recovery();
  void show_problem(const Error& error);
  void show_setup();
  void follow_paid_preview();
  [[nodiscard]] int usual_preview_width() const;
  void remember_look();
  /// Hides the window, waits for what must not be broken off, and says what there is to say.
  void finish();
  [[nodiscard]] WorkView::End work();

  struct DestroyWidget {
    void operator()(GtkWidget* widget) const { gtk_widget_destroy(widget); }
  };
  GimpProcedureConfig* config_;
  const ConfigBridge& bridge_;
  Host& host_;
  const Home& home_;
  std::unique_ptr<GtkWidget, DestroyWidget> window_;
  Memory memory_;
  AccountWatch accounts_;
  PictureLook suggester_, measurer_;
  Suggestion suggestion_;  ///< the newest
  std::unique_ptr<SetupPage> setup_;
  std::unique_ptr<PresetBar> presets_;
  std::unique_ptr<AccountLine> account_line_;
  std::unique_ptr<SuggestionLine> suggestion_line_;
  std::unique_ptr<PriceLine> price_line_;
  std::unique_ptr<Preview> preview_;
  std::unique_ptr<WorkView> work_view_;
  std::unique_ptr<WaitingBar> waiting_bar_;
  std::unique_ptr<Recovery> recovery_;
  GtkWidget *columns_ = nullptr, *pages_ = nullptr, *controls_ = nullptr, *header_ = nullptr;
  std::vector<GtkWidget*> dialog_parts_;  ///< GIMP's own buttons, hidden while working
  bool writing_ = false, shown_ = false, needs_key_ = false;
  bool service_chosen_ = false;  ///< by the user just now: its account page opens if it has no key
  EventSource after_first_frame_, opening_;
  Connections connections_;
};

}  // namespace sharpen
