#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ui/preview/compare_view.h"
#include "ui/preview/crop_chooser.h"
#include "ui/preview/view_choice.h"

namespace sharpen {

/// The left side of the window: the comparison with the thumbnail and the progress in its corners,
/// its tools, and a line of state with a button. Plain GTK; Preview fills it.
class PreviewPanel {
 public:
  struct Events {
    std::function<void()> box_moved;  ///< through the thumbnail
    std::function<void()> moved;      ///< the user looks at another part
    std::function<void()> resized;    ///< more or less of it is visible
    std::function<void()> button;
    std::function<void()> stop;               ///< what the progress is of
    std::function<void(std::size_t)> source;  ///< another layer is to be shown
  };
  explicit PreviewPanel(Events events);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }
  [[nodiscard]] CompareView& view() { return *view_; }
  [[nodiscard]] CropChooser& chooser() { return *chooser_; }
  /// Shows the frame around what is visible; no thumbnail where that is all.
  void follow_view();

  [[nodiscard]] ViewChoice choice() const;
  /// Before there is a picture; the zoom is the caller's.
  void choose(const ViewChoice& choice);

  /// Several layers: offers the choice of one.
  void set_sources(const std::vector<std::string>& names);
  /// A paid preview runs: the layer stays.
  void set_busy(bool busy);
  void set_state(const std::string& text, bool is_problem = false);
  [[nodiscard]] std::string state() const;
  /// The button beside the state; an empty label hides it.
  void set_button(const std::string& label, bool sensitive = true);
  /// A bar with Stop on the picture: 0 … 1; `text` says what is done.
  void show_progress(double fraction, const std::string& text);
  void hide_progress();

 private:
  void build_picture();
  void build_progress(GtkWidget* overlay);
  void build_tools();
  void follow_zoom();

  Events events_;
  Ref<GtkWidget> box_;
  std::unique_ptr<CompareView> view_;
  std::unique_ptr<CropChooser> chooser_;
  GtkWidget *sources_, *sources_row_, *sides_, *zoom_, *state_, *button_, *progress_, *bar_;
  int width_ = 0, height_ = 0;
  Connections connections_;
};

}  // namespace sharpen
