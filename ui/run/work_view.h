#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ui/pages/problem_page.h"
#include "ui/pages/progress_page.h"
#include "ui/run/background_window.h"
#include "ui/run/kept_results.h"
#include "ui/run/loop.h"
#include "ui/run/work.h"

namespace sharpen {

/// Does a piece of work in a window: the progress page, then the problem page if it fails.
class WorkView {
 public:
  enum class End {
    placed,  ///< the layers are in the image
    back,    ///< the user wants to change the settings
    closed,  ///< the user gave up
    key,     ///< the user wants to enter a key
  };

  /// `has_settings` offers the way back to them.
  WorkView(GtkWidget* window, bool has_settings);

  /// The two pages, to be put into the window.
  [[nodiscard]] GtkWidget* widget() const { return stack_.get(); }

  /// Runs a main loop of its own until the end. `titles` name the tasks; `what` and `cost` are for
  /// the progress page.
  [[nodiscard]] End run(Host& host, const Home& home, std::vector<Task> tasks,
                        const Host::PlaceOptions& options, const std::vector<std::string>& titles,
                        const std::string& what, const std::string& cost);

  /// After End::back or End::key: the results that came before something else failed.
  [[nodiscard]] KeptResults& kept() { return kept_; }

  /// What was found in the pictures and done, which alarms nobody, after End::placed.
  [[nodiscard]] const std::vector<std::string>& findings() const { return findings_; }
  /// What the user has to read after End::placed.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
  /// What went wrong before End::closed.
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  void begin();
  void cancel();
  void go_to_background();
  void come_back();
  void follow(std::size_t task, const JobProgress& progress);
  void show_problem();
  void finished(Result<std::vector<std::string>> result);
  void leave(End end);

  GtkWidget* window_;
  Ref<GtkWidget> stack_;
  std::unique_ptr<ProgressPage> progress_;
  std::unique_ptr<ProblemPage> problem_;
  std::unique_ptr<Work> work_;
  std::unique_ptr<BackgroundWindow> background_;  ///< while the window is hidden
  std::vector<double> fractions_;                 ///< of the tasks
  std::string stage_;                             ///< of the newest news
  KeptResults kept_;
  bool has_settings_, of_originals_ = false;
  std::vector<std::string> titles_, notes_, findings_;
  std::string what_, cost_;
  Error error_;
  bool working_ = false, cancelling_ = false, close_at_end_ = false;
  bool leaving_ = false;
  End end_ = End::closed;
  Loop loop_;
  EventSource hiding_;
};

/// An error that the user has read on the problem page: GIMP need not show it again.
[[nodiscard]] Error as_read(Error error);

}  // namespace sharpen
