#include "ui/preview/compare_view.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/i18n.h"
#include "ui/preview/changed_area.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

constexpr double grab_distance = 8;
constexpr double label_part = 0.4;  ///< of the picture's width, at most
constexpr double divider_step = 0.02, pan_step = 24, zoom_step = 1.25;

struct ObjectUnref {
  void operator()(void* object) const { g_object_unref(object); }
};

/// GIMP's middle checks, of the screen's own size.
void draw_checks(cairo_t* cairo, double left, double top, double width, double height) {
  constexpr int check = 8;
  cairo_rectangle(cairo, left, top, width, height);
  cairo_set_source_rgb(cairo, 0.6, 0.6, 0.6);
  cairo_fill(cairo);
  cairo_set_source_rgb(cairo, 0.4, 0.4, 0.4);
  for (int row = 0; row * check < height; ++row) {
    for (int column = row % 2; column * check < width; column += 2) {
      const double x = left + column * check, y = top + row * check;
      cairo_rectangle(cairo, x, y, std::min<double>(check, left + width - x),
                      std::min<double>(check, top + height - y));
    }
  }
  cairo_fill(cairo);
}

/// A place of one axis such that the view is inside the picture, or the picture in its middle.
double inside(double centre, double seen, double whole) {
  return seen >= whole ? whole / 2 : std::clamp(centre, seen / 2, whole - seen / 2);
}

}  // namespace

CompareView::CompareView(std::function<void()> moved)
    : area_(own(gtk_drawing_area_new())), moved_(std::move(moved)) {
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

void CompareView::set_before(const PictureTiles* before, const std::string& name) {
  before_ = before;
  before_name_ = name;
  after_ = under_ = nullptr;
  zoom_ = std::clamp(zoom_, fit_zoom(), max_zoom);
  back_to_limits();
  redraw();
}

void CompareView::set_after(const PictureTiles* after, const PictureTiles* under) {
  after_ = after;
  under_ = under;
  redraw();
}

void CompareView::set_mode(Mode mode) {
  mode_ = mode;
  resized();
  moved_();
}

void CompareView::set_zoom(double zoom) { zoom_about(zoom, side_width() / 2, height() / 2); }

void CompareView::zoom_about(double zoom, double x, double y) {
  zoom = std::clamp(zoom, fit_zoom(), max_zoom);
  if (zoom == zoom_) return;
  if (x > side_width()) x -= side_width();
  const double before = pixel_size();
  zoom_ = zoom;
  const double by = 1 / before - 1 / pixel_size();
  centre_x_ += (x - side_width() / 2) * by;
  centre_y_ += (y - height() / 2) * by;
  back_to_limits();
  redraw();
  moved_();
}

void CompareView::zoom_by(double factor, double x, double y) {
  // 100 % is always on the way, whatever the steps around it are.
  const double next = zoom_ * factor;
  zoom_about((zoom_ < 1 && next > 1) || (zoom_ > 1 && next < 1) ? 1 : next, x, y);
}

double CompareView::fit_zoom() const {
  if (!before_) return 1;
  const double device = gtk_widget_get_scale_factor(area_.get());
  const Rectangle whole = before_->whole();
  return std::min({1.0, side_width() * device / std::max(1, whole.width),
                   height() * device / std::max(1, whole.height)});
}

void CompareView::back_to_limits() {
  if (!before_) return;
  const Rectangle whole = before_->whole();
  centre_x_ = inside(centre_x_, side_width() / pixel_size(), whole.width);
  centre_y_ = inside(centre_y_, height() / pixel_size(), whole.height);
}

void CompareView::resized() {
  const double fit = fit_zoom();
  zoom_ = std::max(zoom_, fit);
  back_to_limits();
  redraw();
}

void CompareView::centre_on(Rectangle box) {
  centre_x_ = box.x + box.width / 2.0;
  centre_y_ = box.y + box.height / 2.0;
  back_to_limits();
  redraw();
  moved_();
}

Rectangle CompareView::visible() const {
  if (!before_) return {};
  const double width = side_width() / pixel_size(), tall = height() / pixel_size();
  const int left = int(std::floor(centre_x_ - width / 2));
  const int top = int(std::floor(centre_y_ - tall / 2));
  return intersection({left, top, int(std::ceil(centre_x_ + width / 2)) - left,
                       int(std::ceil(centre_y_ + tall / 2)) - top},
                      before_->whole());
}

void CompareView::set_show_original(bool on) {
  if (show_original_ == on) return;
  show_original_ = on;
  redraw();
}

void CompareView::set_show_changes(bool on) {
  show_changes_ = on;
  redraw();
}

void CompareView::set_divider(double position) {
  divider_ = std::clamp(position, 0.0, 1.0);
  set_accessible_description(
      area_.get(),
      tr("Divider at {} %. Left and Right move it, Ctrl and the arrow keys move the picture, + and "
         "- zoom, 1 shows 100 %, 0 the whole picture, Space the original while held.",
         number_text(divider_ * 100, 0)));
  redraw();
}

double CompareView::side_width() const {
  const double width = gtk_widget_get_allocated_width(area_.get());
  return mode_ == Mode::side_by_side ? width / 2 : width;
}
double CompareView::height() const { return gtk_widget_get_allocated_height(area_.get()); }

// One pixel of the picture is one of the screen at 100 %, whatever the interface is scaled by.
double CompareView::pixel_size() const { return zoom_ / gtk_widget_get_scale_factor(area_.get()); }

int CompareView::visible_width() const { return int(std::ceil(side_width() / pixel_size())); }
int CompareView::visible_height() const { return int(std::ceil(height() / pixel_size())); }

double CompareView::divider_x() const { return std::round(divider_ * side_width()); }

bool CompareView::shows_after() const {
  return after_ && !show_original_ && after_->knows_some(visible());
}

bool CompareView::near_divider(double x) const {
  return mode_ == Mode::divider && shows_after() && std::abs(x - divider_x()) <= grab_distance;
}

void CompareView::draw_picture(cairo_t* cairo, const PictureTiles* after, double left,
                               double width) {
  if (!before_) return;
  const double size = pixel_size();
  const Rectangle whole = before_->whole();
  const int device = gtk_widget_get_scale_factor(area_.get());
  const auto to_pixel = [&](double at) { return std::round(at * device) / device; };
  const double side_left = mode_ == Mode::side_by_side ? left : 0;
  const double x = to_pixel(side_left + side_width() / 2 - centre_x_ * size);
  const double y = to_pixel(height() / 2 - centre_y_ * size);
  cairo_save(cairo);
  cairo_rectangle(cairo, left, 0, width, height());
  cairo_clip(cairo);
  cairo_rectangle(cairo, x, y, whole.width * size, whole.height * size);
  cairo_clip(cairo);
  if (before_->has_alpha()) {
    const double from_x = std::max(x, left), from_y = std::max(y, 0.0);
    draw_checks(cairo, from_x, from_y, std::min(x + whole.width * size, left + width) - from_x,
                std::min(y + whole.height * size, height()) - from_y);
    cairo_push_group(cairo);
  }
  cairo_save(cairo);
  cairo_translate(cairo, x, y);
  cairo_scale(cairo, size, size);
  draw_layers(cairo, after);
  cairo_restore(cairo);
  if (before_->has_alpha()) {
    cairo_pop_group_to_source(cairo);
    cairo_paint(cairo);
  }
  // The small copies are scaled down in different ways.
  if (after && show_changes_ && after->needs_tiles(zoom_))
    draw_changes(cairo, after, x, y, left, width);
  cairo_restore(cairo);
}

void CompareView::draw_layers(cairo_t* cairo, const PictureTiles* after) const {
  const Rectangle seen = visible();
  const auto draw_after = [&] {
    if (under_) under_->draw(cairo, zoom_, seen);
    after->draw(cairo, zoom_, seen);
  };
  before_->draw(cairo, zoom_, seen);
  if (after && !before_->has_alpha()) draw_after();
  if (after && before_->has_alpha()) {
    cairo_push_group(cairo);
    draw_after();
    cairo_pop_group_to_source(cairo);
    // The layer keeps its own alpha, whatever the service returns.
    cairo_set_operator(cairo, CAIRO_OPERATOR_ATOP);
    cairo_paint(cairo);
    cairo_set_operator(cairo, CAIRO_OPERATOR_OVER);
  }
}

void CompareView::draw_changes(cairo_t* cairo, const PictureTiles* after, double x, double y,
                               double left, double width) const {
  const int device = gtk_widget_get_scale_factor(area_.get());
  const auto drawn = [&](const PictureTiles* picture) {
    Surface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, int(std::ceil(width * device)),
                                               int(std::ceil(height() * device))));
    const Cairo painter(cairo_create(surface.get()));
    cairo_scale(painter.get(), device, device);
    cairo_translate(painter.get(), x - left, y);
    cairo_scale(painter.get(), pixel_size(), pixel_size());
    draw_layers(painter.get(), picture);
    return surface;
  };
  const Surface veil = changed_area(drawn(nullptr).get(), drawn(after).get());
  cairo_surface_set_device_scale(veil.get(), device, device);
  cairo_set_source_surface(cairo, veil.get(), left, 0);
  cairo_paint(cairo);
}

void CompareView::draw_label(cairo_t* cairo, const std::string& text, double x, double y,
                             bool from_right) {
  const std::unique_ptr<PangoLayout, ObjectUnref> layout(
      gtk_widget_create_pango_layout(area_.get(), text.c_str()));
  int width = 0, height = 0;
  pango_layout_get_pixel_size(layout.get(), &width, &height);
  const int most = int(side_width() * label_part);
  if (width > most) {
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_MIDDLE);
    pango_layout_set_width(layout.get(), most * PANGO_SCALE);
    pango_layout_get_pixel_size(layout.get(), &width, &height);
  }
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
  cairo_set_source_rgb(cairo, 0.22, 0.22, 0.22);
  cairo_paint(cairo);
  const bool two = shows_after();
  const PictureTiles* after = two ? after_ : nullptr;
  if (mode_ == Mode::side_by_side) {
    draw_picture(cairo, nullptr, 0, width / 2);
    draw_picture(cairo, after, width / 2, width / 2);
    cairo_set_source_rgb(cairo, 0.22, 0.22, 0.22);
    cairo_rectangle(cairo, std::round(width / 2) - 1, 0, 2, height());
    cairo_fill(cairo);
  } else {
    const double line = two ? divider_x() : width;
    draw_picture(cairo, nullptr, 0, line);
    if (two) draw_picture(cairo, after, line, width - line);
    if (two) draw_divider(cairo);
  }
  if (two) {
    // TRANSLATORS: {} is a layer
    const std::string text = before_name_.empty() ? _("Before") : tr("Before: {}", before_name_);
    draw_label(cairo, text, narrow_gap, narrow_gap, false);
    draw_label(cairo, _("After"), width - narrow_gap, narrow_gap, true);
  } else if (before_) {
    draw_label(cairo, _("Original"), narrow_gap, narrow_gap, false);
  }
  if (gtk_widget_has_visible_focus(area)) {
    gtk_render_focus(gtk_widget_get_style_context(area), cairo, 1, 1, width - 2, height() - 2);
  }
}

bool CompareView::key(const GdkEventKey& event, bool pressed) {
  if (event.keyval == GDK_KEY_space) {
    set_show_original(pressed);
    return true;
  }
  if (!pressed) return false;
  switch (event.keyval) {
    case GDK_KEY_Home:
      return set_divider(0), true;
    case GDK_KEY_End:
      return set_divider(1), true;
    case GDK_KEY_1:
    case GDK_KEY_KP_1:
      return set_zoom(1), true;
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
      return set_zoom(fit_zoom()), true;
    case GDK_KEY_plus:
    case GDK_KEY_KP_Add:
    case GDK_KEY_equal:
      return zoom_by(zoom_step, side_width() / 2, height() / 2), true;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      return zoom_by(1 / zoom_step, side_width() / 2, height() / 2), true;
    default:
      return arrow(event);
  }
}

bool CompareView::arrow(const GdkEventKey& event) {
  const bool divider = mode_ == Mode::divider && !(event.state & GDK_CONTROL_MASK);
  switch (event.keyval) {
    case GDK_KEY_Left:
      divider ? set_divider(divider_ - divider_step) : pan_by(pan_step, 0);
      return true;
    case GDK_KEY_Right:
      divider ? set_divider(divider_ + divider_step) : pan_by(-pan_step, 0);
      return true;
    case GDK_KEY_Up:
      return pan_by(0, pan_step), true;
    case GDK_KEY_Down:
      return pan_by(0, -pan_step), true;
    default:
      return false;
  }
}

bool CompareView::button(const GdkEventButton& event, bool pressed) {
  if (event.button != GDK_BUTTON_PRIMARY) return false;
  if (event.type == GDK_2BUTTON_PRESS) {
    drag_ = Drag::none;
    const double back = other_zoom_ > 0 && other_zoom_ != 1 ? other_zoom_ : fit_zoom();
    const double next = zoom_ == 1 ? back : 1;
    other_zoom_ = zoom_;
    zoom_about(next, event.x, event.y);
    return true;
  }
  if (event.type != GDK_BUTTON_PRESS && pressed) return false;
  if (pressed) {
    gtk_widget_grab_focus(area_.get());
    drag_ = near_divider(event.x) ? Drag::divider : Drag::picture;
    drag_x_ = event.x;
    drag_y_ = event.y;
    return true;
  }
  drag_ = Drag::none;
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
    if (event.delta_y != 0) {
      zoom_by(std::pow(zoom_step, -event.delta_y), event.x, event.y);
    }
  } else if (event.direction == GDK_SCROLL_UP || event.direction == GDK_SCROLL_DOWN) {
    zoom_by(event.direction == GDK_SCROLL_UP ? zoom_step : 1 / zoom_step, event.x, event.y);
  }
  return true;
}

void CompareView::pan_by(double x, double y) {
  centre_x_ -= x / pixel_size();
  centre_y_ -= y / pixel_size();
  back_to_limits();
  redraw();
  moved_();
}

}  // namespace sharpen
