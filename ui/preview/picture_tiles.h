#pragma once

#include <cairo.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "ui/preview/screen_image.h"

namespace sharpen {

/// Pixels of a picture at 100 %, as far as they are known, and a small copy of the whole for views
/// that show more than the screen has pixels for.
class PictureTiles {
 public:
  static constexpr int side = 128;         ///< of a tile, pixels
  static constexpr int small_side = 1024;  ///< of the small copy, at most

  PictureTiles(int width, int height);

  [[nodiscard]] Rectangle whole() const { return {0, 0, width_, height_}; }
  /// Remembers pixels whose upper left is at x, y; what is outside `only` is left out.
  void put(int x, int y, const ScreenPixels& pixels, Rectangle only);
  void put(int x, int y, const ScreenPixels& pixels) { put(x, y, pixels, whole()); }
  /// A scaled down copy of the whole, to be seen where nothing better is known.
  void put_small(const ScreenPixels& pixels);

  [[nodiscard]] bool knows(Rectangle box) const;
  /// Whether any pixel of the box is known.
  [[nodiscard]] bool knows_some(Rectangle box) const;
  /// What is not known of a box, in boxes that do not overlap.
  [[nodiscard]] std::vector<Rectangle> missing(Rectangle box) const;
  /// Whether at this zoom more is to be seen than the small copy has.
  [[nodiscard]] bool needs_tiles(double zoom) const { return !small_ || zoom > small_scale_; }
  [[nodiscard]] bool has_alpha() const { return has_alpha_; }

  /// Paints what is known of `visible`. One unit of `cairo` is one pixel of the picture, `zoom`
  /// pixels of the screen.
  void draw(cairo_t* cairo, double zoom, Rectangle visible) const;

  [[nodiscard]] std::size_t bytes() const;
  /// Forgets tiles, the farthest from the middle of `box` first, until at most so many bytes are
  /// left. The small copy stays.
  void keep_near(Rectangle box, std::size_t most_bytes);
  /// Both. False: what was put is forgotten already, since more is seen than is kept; it would be
  /// asked for without end.
  [[nodiscard]] bool put_near(int x, int y, const ScreenPixels& pixels, Rectangle seen,
                              std::size_t most_bytes);

 private:
  struct RegionDestroy {
    void operator()(cairo_region_t* region) const { cairo_region_destroy(region); }
  };
  using Region = std::unique_ptr<cairo_region_t, RegionDestroy>;
  using Place = std::pair<int, int>;  ///< column and row of a tile
  [[nodiscard]] static Region region_of(Rectangle box);
  [[nodiscard]] Rectangle box_of(Place place) const;
  void put_into_small(int x, int y, cairo_surface_t* picture, Rectangle box);
  void draw_small(cairo_t* cairo) const;

  int width_, height_;
  double small_scale_;
  std::map<Place, Surface> tiles_;
  Surface small_;
  Region known_;
  bool has_alpha_ = false;
};

[[nodiscard]] inline Rectangle intersection(Rectangle a, Rectangle b) {
  const int left = std::max(a.x, b.x), top = std::max(a.y, b.y);
  const int right = std::min(a.x + a.width, b.x + b.width);
  const int bottom = std::min(a.y + a.height, b.y + b.height);
  return {left, top, std::max(0, right - left), std::max(0, bottom - top)};
}
[[nodiscard]] inline double pixels_of(Rectangle box) { return double(box.width) * box.height; }
/// The box that the whole tiles have that it touches.
[[nodiscard]] Rectangle on_grid(Rectangle box, Rectangle whole);
/// A piece of these boxes of about `most` pixels, or fewer, near the middle of `seen`.
[[nodiscard]] Rectangle piece_near(const std::vector<Rectangle>& boxes, Rectangle seen,
                                   double most);
/// The smallest box around all of them.
[[nodiscard]] Rectangle around(const std::vector<Rectangle>& boxes);

}  // namespace sharpen
