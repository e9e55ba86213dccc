#pragma once

#include <functional>

#include "ui/preview/screen_image.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// A small picture of the whole with a frame that shows and chooses where the preview looks. Drag
/// it, click elsewhere, or move it with the arrow keys.
class CropChooser {
 public:
  /// `moved` is called while the user moves the frame.
  explicit CropChooser(std::function<void()> moved);

  [[nodiscard]] GtkWidget* widget() const { return area_.get(); }

  /// A thumbnail of an area of full_width x full_height pixels.
  void set_picture(const ScreenPixels& thumbnail, int full_width, int full_height);
  void set_box(Rectangle box);
  [[nodiscard]] Rectangle box() const { return box_; }
  [[nodiscard]] bool is_all(Rectangle box) const {
    return box.width >= full_width_ && box.height >= full_height_;
  }

 private:
  struct Fit {
    double scale, left, top;
  };
  [[nodiscard]] Fit fit() const;
  void draw(cairo_t* cairo);
  bool key(const GdkEventKey& event);
  bool press(const GdkEventButton& event);
  void centre_at(double x, double y);
  void move_to(Rectangle box);

  Ref<GtkWidget> area_;
  std::function<void()> moved_;
  Surface picture_;
  int full_width_ = 1, full_height_ = 1;
  Rectangle box_;
  bool dragging_ = false;
  double grab_x_ = 0, grab_y_ = 0;  ///< from the frame's middle, pixels of the area
  Connections connections_;
};

}  // namespace sharpen
