#pragma once

#include <functional>
#include <string>
#include <utility>

#include "ui/preview/screen_image.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The picture before and after: with a divider, side by side, or only the original while asked.
/// Mouse: drag the divider or the picture, wheel zooms. Keys: Left and Right move the divider,
/// Ctrl+arrows the picture, + and - zoom, Space shows the original while it is held.
class CompareView {
 public:
  enum class Mode { divider, side_by_side };
  static constexpr double min_zoom = 0.5, max_zoom = 4;

  struct Events {
    /// The user wants to see what lies so many pixels further; answers how far the crop went.
    std::function<std::pair<int, int>(int x, int y)> moved;
    std::function<void()> zoomed;
  };
  explicit CompareView(Events events);

  [[nodiscard]] GtkWidget* widget() const { return area_.get(); }

  /// The crop as it is. Drops the result.
  void set_before(const ScreenPixels& pixels);
  /// The same crop as the service returned it.
  void set_after(const ScreenPixels& pixels);
  void clear_after();

  void set_mode(Mode mode);
  void set_zoom(double zoom);
  [[nodiscard]] double zoom() const { return zoom_; }
  void set_show_original(bool on);
  /// Where the divider is, 0 … 1 of the width.
  void set_divider(double position);
  [[nodiscard]] double divider() const { return divider_; }

  /// How many pixels of the picture fit at the present zoom (one side of side by side).
  [[nodiscard]] int visible_width() const;
  [[nodiscard]] int visible_height() const;

 private:
  enum class Drag { none, divider, picture };
  void draw(cairo_t* cairo);
  void draw_picture(cairo_t* cairo, cairo_surface_t* picture, double left, double width);
  void draw_label(cairo_t* cairo, const std::string& text, double x, double y, bool from_right);
  void draw_divider(cairo_t* cairo);
  bool key(const GdkEventKey& event, bool pressed);
  bool button(const GdkEventButton& event, bool pressed);
  bool motion(const GdkEventMotion& event);
  bool scroll(const GdkEventScroll& event);
  void drop_pan();
  void pan_by(double x, double y);
  void zoom_by(double factor);
  [[nodiscard]] double side_width() const;
  [[nodiscard]] double pixel_size() const;
  [[nodiscard]] double divider_x() const;
  [[nodiscard]] bool near_divider(double x) const;
  void redraw();

  Ref<GtkWidget> area_;
  Events events_;
  Surface before_, after_;
  Mode mode_ = Mode::divider;
  bool show_original_ = false;
  double zoom_ = 1, divider_ = 0.5;
  double pan_x_ = 0, pan_y_ = 0;  ///< of the picture's middle, screen units
  Drag drag_ = Drag::none;
  double drag_x_ = 0, drag_y_ = 0;
  Connections connections_;
};

}  // namespace sharpen
