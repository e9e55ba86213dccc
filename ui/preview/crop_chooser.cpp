#include "ui/preview/crop_chooser.h"

#include <algorithm>
#include <cmath>

#include "base/i18n.h"

namespace sharpen {
namespace {
constexpr int longest_side = 140;
}

CropChooser::CropChooser(std::function<void()> moved)
    : area_(own(gtk_drawing_area_new())), moved_(std::move(moved)) {
  GtkWidget* area = area_.get();
  gtk_widget_set_can_focus(area, TRUE);
  gtk_widget_add_events(area, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK |
                                  GDK_BUTTON1_MOTION_MASK | GDK_KEY_PRESS_MASK);
  set_accessible_name(area, _("Where the preview looks"));
  set_accessible_description(area, _("The arrow keys move the frame over the picture."));
  gtk_widget_set_tooltip_text(area, _("Drag the frame to choose where the preview looks."));
  connections_.on_draw(area, [this](cairo_t* cairo) { draw(cairo); });
  connections_.on_event(area, "key-press-event",
                        [this](GdkEvent* event) { return key(event->key); });
  connections_.on_event(area, "button-press-event",
                        [this](GdkEvent* event) { return press(event->button); });
  connections_.on_event(area, "button-release-event",
                        [this](GdkEvent*) { return std::exchange(dragging_, false); });
  connections_.on_event(area, "motion-notify-event", [this](GdkEvent* event) {
    if (dragging_) centre_at(event->motion.x, event->motion.y);
    return dragging_;
  });
}

void CropChooser::set_picture(const ScreenPixels& thumbnail, int full_width, int full_height) {
  picture_ = surface_from(thumbnail);
  full_width_ = full_width;
  full_height_ = full_height;
  const double scale = double(longest_side) / std::max({full_width, full_height, 1});
  gtk_widget_set_size_request(area_.get(), std::max(16, int(std::lround(full_width * scale))),
                              std::max(16, int(std::lround(full_height * scale))));
  gtk_widget_queue_draw(area_.get());
}

void CropChooser::set_box(Rectangle box) {
  box_ = clamped(box, full_width_, full_height_);
  gtk_widget_queue_draw(area_.get());
}

CropChooser::Fit CropChooser::fit() const {
  const double width = gtk_widget_get_allocated_width(area_.get());
  const double height = gtk_widget_get_allocated_height(area_.get());
  const double scale = std::min(width / full_width_, height / full_height_);
  return {scale, (width - full_width_ * scale) / 2, (height - full_height_ * scale) / 2};
}

void CropChooser::draw(cairo_t* cairo) {
  if (!picture_) return;
  const auto [scale, left, top] = fit();
  const double width = full_width_ * scale, height = full_height_ * scale;
  cairo_set_source_rgb(cairo, 0.4, 0.4, 0.4);
  cairo_paint(cairo);
  cairo_save(cairo);
  cairo_translate(cairo, left, top);
  cairo_scale(cairo, width / cairo_image_surface_get_width(picture_.get()),
              height / cairo_image_surface_get_height(picture_.get()));
  cairo_set_source_surface(cairo, picture_.get(), 0, 0);
  cairo_paint(cairo);
  cairo_restore(cairo);

  const double x = left + box_.x * scale, y = top + box_.y * scale;
  const double frame_width = std::max(6.0, box_.width * scale);
  const double frame_height = std::max(6.0, box_.height * scale);
  cairo_set_source_rgba(cairo, 0, 0, 0, 0.35);
  cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_rectangle(cairo, left, top, width, height);
  cairo_rectangle(cairo, x, y, frame_width, frame_height);
  cairo_fill(cairo);
  cairo_set_line_width(cairo, 3);
  cairo_set_source_rgba(cairo, 0, 0, 0, 0.6);
  cairo_rectangle(cairo, x, y, frame_width, frame_height);
  cairo_stroke_preserve(cairo);
  cairo_set_line_width(cairo, 1);
  cairo_set_source_rgb(cairo, 1, 1, 1);
  cairo_stroke(cairo);
  if (gtk_widget_has_visible_focus(area_.get())) {
    gtk_render_focus(gtk_widget_get_style_context(area_.get()), cairo, left, top, width, height);
  }
}

void CropChooser::move_to(Rectangle box) {
  const Rectangle before = box_;
  set_box(box);
  if (box_.x != before.x || box_.y != before.y) moved_();
}

bool CropChooser::key(const GdkEventKey& event) {
  Rectangle box = box_;
  const int step_x = std::max(1, box.width / 4), step_y = std::max(1, box.height / 4);
  switch (event.keyval) {
    case GDK_KEY_Left:
      box.x -= step_x;
      break;
    case GDK_KEY_Right:
      box.x += step_x;
      break;
    case GDK_KEY_Up:
      box.y -= step_y;
      break;
    case GDK_KEY_Down:
      box.y += step_y;
      break;
    default:
      return false;
  }
  move_to(box);
  return true;
}

bool CropChooser::press(const GdkEventButton& event) {
  if (event.button != GDK_BUTTON_PRIMARY || !picture_) return false;
  gtk_widget_grab_focus(area_.get());
  const auto [scale, left, top] = fit();
  const double x = (event.x - left) / scale, y = (event.y - top) / scale;
  const bool inside =
      x >= box_.x && x < box_.x + box_.width && y >= box_.y && y < box_.y + box_.height;
  grab_x_ = inside ? x - (box_.x + box_.width / 2.0) : 0;
  grab_y_ = inside ? y - (box_.y + box_.height / 2.0) : 0;
  dragging_ = true;
  centre_at(event.x, event.y);
  return true;
}

void CropChooser::centre_at(double x, double y) {
  const auto [scale, left, top] = fit();
  Rectangle box = box_;
  box.x = int(std::lround((x - left) / scale - grab_x_ - box.width / 2.0));
  box.y = int(std::lround((y - top) / scale - grab_y_ - box.height / 2.0));
  move_to(box);
}

}  // namespace sharpen
