#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ui/widgets/widgets.h"

namespace sharpen {

/// The small window of a run in the background: what is done, how far it is, Show and Cancel. It
/// stands in the desktop's list of windows, so that a hidden run can be found.
class BackgroundWindow {
 public:
  struct Actions {
    std::function<void()> show, cancel;  ///< closing the window means show
  };
  BackgroundWindow(const std::string& what, Actions actions);

  void show();
  void hide();
  /// `fraction` of all work, 0 … 1.
  void set_progress(const std::string& stage, double fraction);
  void set_cancelling();

 private:
  struct DestroyWidget {
    void operator()(GtkWidget* widget) const { gtk_widget_destroy(widget); }
  };
  std::unique_ptr<GtkWidget, DestroyWidget> window_;
  GtkWidget *stage_, *bar_, *cancel_;
  Connections connections_;
};

}  // namespace sharpen
