#pragma once

#include <functional>
#include <string>

#include "ui/preview/picture_tiles.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The picture before and after: with a divider, side by side, or only the original while asked.
/// Mouse: drag the divider or the picture, wheel zooms about the pointer, double click for 100 %
/// and back. Keys: Left and Right move the divider (with Ctrl the picture), Up and Down the
/// picture,
/// + and - zoom, 1 is 100 %, 0 the whole picture, Space shows the original while it is held.
class CompareView {
 public:
  enum class Mode { divider, side_by_side };
  static constexpr double max_zoom = 8;

  /// `moved` is called when another part is to be seen or in another size.
  explicit CompareView(std::function<void()> moved);

  [[nodiscard]] GtkWidget* widget() const { return area_.get(); }

  /// Another picture, not null; it lives as long as it is shown. `name` says which one it is where
  /// that is not plain.
  void set_before(const PictureTiles* before, const std::string& name = {});
  /// The same picture as far as it is sharpened; null: not at all. Where it is not yet, `under` is
  /// seen.
  void set_after(const PictureTiles* after, const PictureTiles* under = nullptr);
  /// Pixels were added to either.
  void redraw();

  void set_mode(Mode mode);
  [[nodiscard]] Mode mode() const { return mode_; }
  /// About the middle of what is seen, within what is sensible for the picture.
  void set_zoom(double zoom);
  [[nodiscard]] double zoom() const { return zoom_; }
  /// The zoom at which the whole picture is seen; 1 for one that is smaller.
  [[nodiscard]] double fit_zoom() const;
  void set_show_original(bool on);
  /// A veil over what the service changed.
  void set_show_changes(bool on);
  /// Where the divider is, 0 … 1 of the width.
  void set_divider(double position);
  [[nodiscard]] double divider() const { return divider_; }

  /// The part of the picture that is seen.
  [[nodiscard]] Rectangle visible() const;
  void centre_on(Rectangle box);
  /// How many pixels of the picture fit at the present zoom (one side of side by side).
  [[nodiscard]] int visible_width() const;
  [[nodiscard]] int visible_height() const;
  /// Keeps the place when the widget has another size.
  void resized();

 private:
  enum class Drag { none, divider, picture };
  void draw(cairo_t* cairo);
  void draw_picture(cairo_t* cairo, const PictureTiles* after, double left, double width);
  void draw_layers(cairo_t* cairo, const PictureTiles* after) const;
  void draw_changes(cairo_t* cairo, const PictureTiles* after, double x, double y, double left,
                    double width) const;
  void draw_label(cairo_t* cairo, const std::string& text, double x, double y, bool from_right);
  void draw_divider(cairo_t* cairo);
  bool key(const GdkEventKey& event, bool pressed);
  bool arrow(const GdkEventKey& event);
  bool button(const GdkEventButton& event, bool pressed);
  bool motion(const GdkEventMotion& event);
  bool scroll(const GdkEventScroll& event);
  void pan_by(double x, double y);
  void zoom_about(double zoom, double x, double y);
  void zoom_by(double factor, double x, double y);
  void back_to_limits();
  [[nodiscard]] double side_width() const;
  [[nodiscard]] double height() const;
  [[nodiscard]] double pixel_size() const;
  [[nodiscard]] double divider_x() const;
  [[nodiscard]] bool shows_after() const;
  [[nodiscard]] bool near_divider(double x) const;

  Ref<GtkWidget> area_;
  std::function<void()> moved_;
  const PictureTiles *before_ = nullptr, *after_ = nullptr, *under_ = nullptr;
  std::string before_name_;
  Mode mode_ = Mode::divider;
  bool show_original_ = false, show_changes_ = false;
  double zoom_ = 1, other_zoom_ = 0, divider_ = 0.5;  ///< other: what a double click goes back to
  double centre_x_ = 0, centre_y_ = 0;                ///< of what is seen, pixels of the picture
  Drag drag_ = Drag::none;
  double drag_x_ = 0, drag_y_ = 0;
  Connections connections_;
};

}  // namespace sharpen
