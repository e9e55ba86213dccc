#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/journal/journal.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The information bar on top of the dialog: "1 sharpened picture is waiting: Lens Blur V2,
/// yesterday 18:02". Hidden while there is nothing to say.
class WaitingBar {
 public:
  /// `show_jobs` is called when the user wants to see the list; not from inside the click.
  explicit WaitingBar(std::function<void()> show_jobs);

  [[nodiscard]] GtkWidget* widget() const { return bar_.get(); }
  /// `notice` is said if there are no jobs; both may be empty.
  void show(const std::vector<JournalEntry>& jobs, const std::string& notice);

 private:
  Ref<GtkWidget> bar_;
  GtkWidget* text_;
  Connections connections_;
};

}  // namespace sharpen
