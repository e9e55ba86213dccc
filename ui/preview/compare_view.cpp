#include "ui/preview/compare_view.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/i18n.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

constexpr double grab_distance = 8;
constexpr double divider_step = 0.02, pan_step = 24, zoom_step = 1.25;

struct ObjectUnref {
  void operator()(void* object) const { g_object_unref(object); }
};

}  // namespace

CompareView::CompareView(Events events)
    : area_(own(gtk_drawing_area_new())), events_(std::move(events)) {
  GtkWidget* area = area_.get();
  gtk_widget_set_can_focus(area, TRUE);
  gtk_widget_set_size_request(area, 420, 320);
  gtk_widget_set_hexpand(area, TRUE);
  gtk_widget_set_vexpand(area, TRUE);
  gtk_widget_add_events(area, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK |
                                  GDK_POINTER_MOTION_MASK | GDK_SCROLL_MASK |
                                  GDK_SMOOTH_SCROLL_MASK | GDK_KEY_PRESS_MASK |
                                  GDK_KEY_RELEASE_MASK);
  set_accessible_name(area, _("Picture before and after sharpening"));
  set_divider(0.5);

  connections_.on_draw(area, [this](cairo_t* cairo) { draw(cairo); });
  connections_.on_event(area, "key-press-event",
                        [this](GdkEvent* event) { return key(event->key, true); });
  connections_.on_event(area, "key-release-event",
                        [this](GdkEvent* event) { return key(event->key, false); });
  connections_.on_event(area, "button-press-event",
                        [this](GdkEvent* event) { return button(event->button, true); });
  connections_.on_event(area, "button-release-event",
                        [this](GdkEvent* event) { return button(event->button, false); });
  connections_.on_event(area, "motion-notify-event",
                        [this](GdkEvent* event) { return motion(event->motion); });
  connections_.on_event(area, "scroll-event",
                        [this](GdkEvent* event) { return scroll(event->scroll); });
  connections_.on_event(area, "focus-in-event", [this](GdkEvent*) { return redraw(), false; });
  connections_.on_event(area, "focus-out-event", [this](GdkEvent*) {
    set_show_original(false);
    return false;
  });
}

void CompareView::redraw() { gtk_widget_queue_draw(area_.get()); }

void CompareView::set_before(const ScreenPixels& pixels) {
  before_ = surface_from(pixels);
  after_.reset();
  redraw();
}

void CompareView::set_after(const ScreenPixels& pixels) {
  after_ = surface_from(pixels);
  redraw();
}

void CompareView::clear_after() {
  after_.reset();
  redraw();
}

void CompareView::set_mode(Mode mode) {
  mode_ = mode;
  pan_x_ = pan_y_ = 0;
  redraw();
}

void CompareView::set_zoom(double zoom) {
  zoom = std::clamp(zoom, min_zoom, max_zoom);
  if (zoom == zoom_) return;
  pan_x_ *= zoom / zoom_;
  pan_y_ *= zoom / zoom_;
  zoom_ = zoom;
  redraw();
  events_.zoomed();
}

void CompareView::set_show_original(bool on) {
  if (show_original_ == on) return;
  show_original_ = on;
  redraw();
}

void CompareView::set_divider(double position) {
  divider_ = std::clamp(position, 0.0, 1.0);
  set_accessible_description(
      area_.get(),
      tr("Divider at {} %. Left and Right move it, Ctrl and the arrow keys move the picture, + and "
         "- zoom, Space shows the original while held.",
         number_text(divider_ * 100, 0)));
  redraw();
}

double CompareView::side_width() const {
  const double width = gtk_widget_get_allocated_width(area_.get());
  return mode_ == Mode::side_by_side ? width / 2 : width;
}

// One pixel of the picture is one of the screen at 100 %, whatever the interface is scaled by.
double CompareView::pixel_size() const { return zoom_ / gtk_widget_get_scale_factor(area_.get()); }

int CompareView::visible_width() const { return int(std::ceil(side_width() / pixel_size())); }
int CompareView::visible_height() const {
  return int(std::ceil(gtk_widget_get_allocated_height(area_.get()) / pixel_size()));
}

double CompareView::divider_x() const { return std::round(divider_ * side_width()); }

bool CompareView::near_divider(double x) const {
  return mode_ == Mode::divider && after_ && std::abs(x - divider_x()) <= grab_distance;
}

void CompareView::draw_picture(cairo_t* cairo, cairo_surface_t* picture, double left,
                               double width) {
  if (!picture) return;
  const double size = pixel_size();
  const double height = gtk_widget_get_allocated_height(area_.get());
  const double picture_width = cairo_image_surface_get_width(picture) * size;
  const double picture_height = cairo_image_surface_get_height(picture) * size;
  const int device = gtk_widget_get_scale_factor(area_.get());
  const auto whole = [&](double at) { return std::round(at * device) / device; };
  cairo_save(cairo);
  cairo_rectangle(cairo, left, 0, width, height);
  cairo_clip(cairo);
  const double side_left = mode_ == Mode::side_by_side ? left : 0;
  cairo_translate(cairo, whole(side_left + (side_width() - picture_width) / 2 + pan_x_),
                  whole((height - picture_height) / 2 + pan_y_));
  cairo_scale(cairo, size, size);
  cairo_set_source_surface(cairo, picture, 0, 0);
  // Pixels are to be seen as they are when they are magnified.
  cairo_pattern_set_filter(cairo_get_source(cairo),
                           zoom_ >= 1 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_paint(cairo);
  cairo_restore(cairo);
}

void CompareView::draw_label(cairo_t* cairo, const std::string& text, double x, double y,
                             bool from_right) {
  const std::unique_ptr<PangoLayout, ObjectUnref> layout(
      gtk_widget_create_pango_layout(area_.get(), text.c_str()));
  int width = 0, height = 0;
  pango_layout_get_pixel_size(layout.get(), &width, &height);
  const double left = from_right ? x - width - 2 * narrow_gap : x;
  const double radius = 4, right = left + width + 2 * narrow_gap, bottom = y + height + 6;
  using std::numbers::pi;
  cairo_new_sub_path(cairo);
  cairo_arc(cairo, right - radius, y + radius, radius, -pi / 2, 0);
  cairo_arc(cairo, right - radius, bottom - radius, radius, 0, pi / 2);
  cairo_arc(cairo, left + radius, bottom - radius, radius, pi / 2, pi);
  cairo_arc(cairo, left + radius, y + radius, radius, pi, 3 * pi / 2);
  cairo_close_path(cairo);
  cairo_set_source_rgba(cairo, 0, 0, 0, 0.6);
  cairo_fill(cairo);
  cairo_set_source_rgb(cairo, 1, 1, 1);
  cairo_move_to(cairo, left + narrow_gap, y + 3);
  pango_cairo_show_layout(cairo, layout.get());
}

void CompareView::draw_divider(cairo_t* cairo) {
  const double x = divider_x();
  const double middle = gtk_widget_get_allocated_height(area_.get()) / 2.0;
  const auto line = [&](double width, double gray, double alpha) {
    cairo_set_source_rgba(cairo, gray, gray, gray, alpha);
    cairo_set_line_width(cairo, width);
    cairo_move_to(cairo, x, 0);
    cairo_line_to(cairo, x, 2 * middle);
    cairo_stroke(cairo);
  };
  line(3, 0, 0.5);
  line(1, 1, 1);
  cairo_arc(cairo, x, middle, grab_distance, 0, 2 * std::numbers::pi);
  cairo_set_source_rgb(cairo, 1, 1, 1);
  cairo_fill_preserve(cairo);
  cairo_set_source_rgba(cairo, 0, 0, 0, 0.5);
  cairo_set_line_width(cairo, 1);
  cairo_stroke(cairo);
  for (const double side : {-1.0, 1.0}) {
    cairo_move_to(cairo, x + side * 2, middle - 3);
    cairo_line_to(cairo, x + side * 5, middle);
    cairo_line_to(cairo, x + side * 2, middle + 3);
    cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
    cairo_stroke(cairo);
  }
}

void CompareView::draw(cairo_t* cairo) {
  GtkWidget* area = area_.get();
  const double width = gtk_widget_get_allocated_width(area);
  const double height = gtk_widget_get_allocated_height(area);
  cairo_set_source_rgb(cairo, 0.22, 0.22, 0.22);
  cairo_paint(cairo);
  const bool two = after_ && !show_original_;
  if (mode_ == Mode::side_by_side) {
    draw_picture(cairo, before_.get(), 0, width / 2);
    draw_picture(cairo, two ? after_.get() : before_.get(), width / 2, width / 2);
    cairo_set_source_rgb(cairo, 0.22, 0.22, 0.22);
    cairo_rectangle(cairo, std::round(width / 2) - 1, 0, 2, height);
    cairo_fill(cairo);
  } else {
    draw_picture(cairo, before_.get(), 0, width);
    if (two) draw_picture(cairo, after_.get(), divider_x(), width - divider_x());
    if (two) draw_divider(cairo);
  }
  if (two) {
    draw_label(cairo, _("Before"), narrow_gap, narrow_gap, false);
    draw_label(cairo, _("After"), width - narrow_gap, narrow_gap, true);
  } else if (before_) {
    draw_label(cairo, _("Original"), narrow_gap, narrow_gap, false);
  }
  if (gtk_widget_has_visible_focus(area)) {
    gtk_render_focus(gtk_widget_get_style_context(area), cairo, 1, 1, width - 2, height - 2);
  }
}

bool CompareView::key(const GdkEventKey& event, bool pressed) {
  if (event.keyval == GDK_KEY_space) {
    set_show_original(pressed);
    return true;
  }
  if (!pressed) return false;
  const bool control = event.state & GDK_CONTROL_MASK;
  switch (event.keyval) {
    case GDK_KEY_Left:
      control ? pan_by(pan_step, 0) : set_divider(divider_ - divider_step);
      break;
    case GDK_KEY_Right:
      control ? pan_by(-pan_step, 0) : set_divider(divider_ + divider_step);
      break;
    case GDK_KEY_Up:
      if (!control) return false;
      pan_by(0, pan_step);
      break;
    case GDK_KEY_Down:
      if (!control) return false;
      pan_by(0, -pan_step);
      break;
    case GDK_KEY_Home:
      set_divider(0);
      return true;
    case GDK_KEY_End:
      set_divider(1);
      return true;
    case GDK_KEY_plus:
    case GDK_KEY_KP_Add:
    case GDK_KEY_equal:
      zoom_by(zoom_step);
      return true;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      zoom_by(1 / zoom_step);
      return true;
    default:
      return false;
  }
  if (control) drop_pan();
  return true;
}

bool CompareView::button(const GdkEventButton& event, bool pressed) {
  if (event.button != GDK_BUTTON_PRIMARY || event.type == GDK_2BUTTON_PRESS) return false;
  if (pressed) {
    gtk_widget_grab_focus(area_.get());
    drag_ = near_divider(event.x) ? Drag::divider : Drag::picture;
    drag_x_ = event.x;
    drag_y_ = event.y;
    return true;
  }
  if (std::exchange(drag_, Drag::none) == Drag::picture) drop_pan();
  return true;
}

bool CompareView::motion(const GdkEventMotion& event) {
  if (drag_ == Drag::divider) {
    set_divider(event.x / std::max(1.0, side_width()));
  } else if (drag_ == Drag::picture) {
    pan_by(event.x - drag_x_, event.y - drag_y_);
    drag_x_ = event.x;
    drag_y_ = event.y;
  }
  const char* shape = near_divider(event.x) || drag_ == Drag::divider ? "ew-resize"
                      : drag_ == Drag::picture                        ? "grabbing"
                                                                      : "grab";
  const auto cursor =
      Ref<GdkCursor>::adopt(gdk_cursor_new_from_name(gtk_widget_get_display(area_.get()), shape));
  gdk_window_set_cursor(event.window, cursor.get());
  return true;
}

bool CompareView::scroll(const GdkEventScroll& event) {
  if (event.direction == GDK_SCROLL_SMOOTH) {
    if (event.delta_y != 0) zoom_by(event.delta_y < 0 ? zoom_step : 1 / zoom_step);
  } else if (event.direction == GDK_SCROLL_UP || event.direction == GDK_SCROLL_DOWN) {
    zoom_by(event.direction == GDK_SCROLL_UP ? zoom_step : 1 / zoom_step);
  }
  return true;
}

void CompareView::zoom_by(double factor) {
  // 100 % is always on the way, whatever the steps around it are.
  const double next = zoom_ * factor;
  set_zoom((zoom_ < 1 && next > 1) || (zoom_ > 1 && next < 1) ? 1 : next);
}

void CompareView::pan_by(double x, double y) {
  pan_x_ += x;
  pan_y_ += y;
  redraw();
}

void CompareView::drop_pan() {
  const double size = pixel_size();
  const auto wanted_x = int(std::lround(-pan_x_ / size));
  const auto wanted_y = int(std::lround(-pan_y_ / size));
  if ((wanted_x == 0 && wanted_y == 0) || !before_) return;
  const auto [x, y] = events_.moved(wanted_x, wanted_y);
  // At the picture's edge the crop stays, and what is magnified moves inside it.
  const double room_x = cairo_image_surface_get_width(before_.get()) * size - side_width();
  const double room_y = cairo_image_surface_get_height(before_.get()) * size -
                        gtk_widget_get_allocated_height(area_.get());
  const auto limited = [](double pan, double room) {
    return std::clamp(pan, -std::max(0.0, room / 2), std::max(0.0, room / 2));
  };
  pan_x_ = limited((x - wanted_x) * size, room_x);
  pan_y_ = limited((y - wanted_y) * size, room_y);
  redraw();
}

}  // namespace sharpen
