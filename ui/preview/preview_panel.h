#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ui/preview/compare_view.h"
#include "ui/preview/crop_chooser.h"

namespace sharpen {

/// The left side of the window: the comparison, its tools, the thumbnail, and a line of state with
/// a button. Plain GTK; Preview fills it.
class PreviewPanel {
 public:
  struct Events {
    std::function<void()> box_moved;                         ///< through the thumbnail
    std::function<std::pair<int, int>(int x, int y)> moved;  ///< see CompareView
    std::function<void()> resized;                           ///< another part is visible
    std::function<void()> button;
    std::function<void(std::size_t)> source;  ///< another layer is to be shown
  };
  explicit PreviewPanel(Events events);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }
  [[nodiscard]] CompareView& view() { return *view_; }
  [[nodiscard]] CropChooser& chooser() { return *chooser_; }

  /// Several layers: offers the choice of one.
  void set_sources(const std::vector<std::string>& names);
  /// A paid preview runs: the layer stays.
  void set_busy(bool busy);
  void set_state(const std::string& text, bool is_problem = false);
  /// The button below the state; an empty label hides it.
  [[nodiscard]] std::string state() const;
  void set_button(const std::string& label, bool sensitive = true);

 private:
  void build_tools();
  void follow_zoom();

  Events events_;
  Ref<GtkWidget> box_;
  std::unique_ptr<CompareView> view_;
  std::unique_ptr<CropChooser> chooser_;
  GtkWidget *sources_, *sources_row_, *zoom_, *state_, *button_;
  int width_ = 0, height_ = 0;
  Connections connections_;
};

}  // namespace sharpen
