#include "ui/preview/picture_tiles.h"

#include <cmath>

namespace sharpen {
namespace {

Surface blank(int width, int height) {
  return Surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
}

cairo_rectangle_int_t rectangle(Rectangle box) { return {box.x, box.y, box.width, box.height}; }

double distance(Rectangle a, Rectangle b) {
  return std::hypot(a.x + a.width / 2.0 - b.x - b.width / 2.0,
                    a.y + a.height / 2.0 - b.y - b.height / 2.0);
}

int down(int at) { return at - at % PictureTiles::side; }
int up(int at) { return down(at + PictureTiles::side - 1); }

}  // namespace

PictureTiles::PictureTiles(int width, int height)
    : width_(width),
      height_(height),
      small_scale_(std::min(1.0, double(small_side) / std::max({width, height, 1}))),
      known_(cairo_region_create()) {}

PictureTiles::Region PictureTiles::region_of(Rectangle box) {
  const cairo_rectangle_int_t area = rectangle(box);
  return Region(cairo_region_create_rectangle(&area));
}

Rectangle PictureTiles::box_of(Place place) const {
  return intersection({place.first * side, place.second * side, side, side}, whole());
}

void PictureTiles::put(int x, int y, const ScreenPixels& pixels, Rectangle only) {
  const Surface picture = surface_from(pixels);
  const Rectangle box =
      intersection({x, y, pixels.width, pixels.height}, intersection(only, whole()));
  if (!picture || pixels_of(box) == 0) return;
  has_alpha_ = has_alpha_ || !pixels.alpha.empty();
  for (int row = box.y / side; row * side < box.y + box.height; ++row) {
    for (int column = box.x / side; column * side < box.x + box.width; ++column) {
      const Rectangle tile = box_of({column, row}), part = intersection(tile, box);
      Surface& surface = tiles_[{column, row}];
      if (!surface) surface = blank(tile.width, tile.height);
      const Cairo cairo(cairo_create(surface.get()));
      cairo_set_operator(cairo.get(), CAIRO_OPERATOR_SOURCE);
      cairo_set_source_surface(cairo.get(), picture.get(), x - tile.x, y - tile.y);
      cairo_rectangle(cairo.get(), part.x - tile.x, part.y - tile.y, part.width, part.height);
      cairo_fill(cairo.get());
    }
  }
  const cairo_rectangle_int_t area = rectangle(box);
  cairo_region_union_rectangle(known_.get(), &area);
  put_into_small(x, y, picture.get(), box);
}

void PictureTiles::put_small(const ScreenPixels& pixels) {
  has_alpha_ = has_alpha_ || !pixels.alpha.empty();
  small_ = surface_from(pixels);
}

void PictureTiles::put_into_small(int x, int y, cairo_surface_t* picture, Rectangle box) {
  if (small_scale_ == 1) return;
  if (!small_) {
    small_ = blank(std::max(1, int(std::lround(width_ * small_scale_))),
                   std::max(1, int(std::lround(height_ * small_scale_))));
  }
  const Cairo cairo(cairo_create(small_.get()));
  cairo_scale(cairo.get(), double(cairo_image_surface_get_width(small_.get())) / width_,
              double(cairo_image_surface_get_height(small_.get())) / height_);
  cairo_set_operator(cairo.get(), has_alpha_ ? CAIRO_OPERATOR_SOURCE : CAIRO_OPERATOR_OVER);
  cairo_set_source_surface(cairo.get(), picture, x, y);
  cairo_pattern_set_extend(cairo_get_source(cairo.get()), CAIRO_EXTEND_PAD);
  cairo_rectangle(cairo.get(), box.x, box.y, box.width, box.height);
  cairo_fill(cairo.get());
}

bool PictureTiles::knows(Rectangle box) const {
  const cairo_rectangle_int_t area = rectangle(box);
  return cairo_region_contains_rectangle(known_.get(), &area) == CAIRO_REGION_OVERLAP_IN;
}

bool PictureTiles::knows_some(Rectangle box) const {
  const cairo_rectangle_int_t area = rectangle(box);
  return cairo_region_contains_rectangle(known_.get(), &area) != CAIRO_REGION_OVERLAP_OUT;
}

std::vector<Rectangle> PictureTiles::missing(Rectangle box) const {
  const Region region = region_of(intersection(box, whole()));
  cairo_region_subtract(region.get(), known_.get());
  std::vector<Rectangle> boxes;
  for (int i = 0; i < cairo_region_num_rectangles(region.get()); ++i) {
    cairo_rectangle_int_t part;
    cairo_region_get_rectangle(region.get(), i, &part);
    boxes.push_back({part.x, part.y, part.width, part.height});
  }
  return boxes;
}

void PictureTiles::draw_small(cairo_t* cairo) const {
  if (!small_) return;
  cairo_save(cairo);
  cairo_scale(cairo, double(width_) / cairo_image_surface_get_width(small_.get()),
              double(height_) / cairo_image_surface_get_height(small_.get()));
  cairo_set_source_surface(cairo, small_.get(), 0, 0);
  cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
  cairo_rectangle(cairo, 0, 0, cairo_image_surface_get_width(small_.get()),
                  cairo_image_surface_get_height(small_.get()));
  cairo_fill(cairo);
  cairo_restore(cairo);
}

void PictureTiles::draw(cairo_t* cairo, double zoom, Rectangle visible) const {
  draw_small(cairo);
  if (!needs_tiles(zoom)) return;
  cairo_save(cairo);
  // Each pixel of the screen belongs to one tile, and a tile hides the small copy below it.
  cairo_set_antialias(cairo, CAIRO_ANTIALIAS_NONE);
  cairo_set_operator(cairo, CAIRO_OPERATOR_SOURCE);
  for (const auto& [place, surface] : tiles_) {
    const Rectangle tile = box_of(place), part = intersection(tile, visible);
    if (pixels_of(part) == 0) continue;
    const Region region = region_of(part);
    cairo_region_intersect(region.get(), known_.get());
    for (int i = 0; i < cairo_region_num_rectangles(region.get()); ++i) {
      cairo_rectangle_int_t area;
      cairo_region_get_rectangle(region.get(), i, &area);
      cairo_rectangle(cairo, area.x, area.y, area.width, area.height);
    }
    cairo_set_source_surface(cairo, surface.get(), tile.x, tile.y);
    cairo_pattern_t* pattern = cairo_get_source(cairo);
    cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD);
    // Pixels are to be seen as they are when they are magnified.
    cairo_pattern_set_filter(pattern, zoom >= 1 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
    cairo_fill(cairo);
  }
  cairo_restore(cairo);
}

std::size_t PictureTiles::bytes() const { return tiles_.size() * side * side * 4; }

void PictureTiles::keep_near(Rectangle box, std::size_t most_bytes) {
  if (bytes() <= most_bytes) return;
  std::vector<std::pair<double, Place>> places;
  for (const auto& [place, surface] : tiles_)
    places.emplace_back(distance(box_of(place), box), place);
  std::ranges::sort(places);
  while (!places.empty() && bytes() > most_bytes) {
    const Place place = places.back().second;
    places.pop_back();
    tiles_.erase(place);
    const cairo_rectangle_int_t area = rectangle(box_of(place));
    cairo_region_subtract_rectangle(known_.get(), &area);
  }
}

bool PictureTiles::put_near(int x, int y, const ScreenPixels& pixels, Rectangle seen,
                            std::size_t most_bytes) {
  put(x, y, pixels);
  keep_near(seen, most_bytes);
  return knows({x, y, pixels.width, pixels.height});
}

Rectangle on_grid(Rectangle box, Rectangle whole) {
  const int left = down(box.x), top = down(box.y);
  return intersection({left, top, up(box.x + box.width) - left, up(box.y + box.height) - top},
                      whole);
}

Rectangle piece_near(const std::vector<Rectangle>& boxes, Rectangle seen, double most) {
  const int middle_x = seen.x + seen.width / 2, middle_y = seen.y + seen.height / 2;
  Rectangle best;
  double nearest = 0;
  for (const Rectangle& box : boxes) {
    if (pixels_of(box) == 0) continue;
    const auto start = [](int middle, int size, int from, int length) {
      const int last = std::max(from, up(from + length) - size);
      return std::clamp(down(std::max(0, middle - size / 2 + PictureTiles::side / 2)), from, last);
    };
    // A square, or as wide or high as a narrow box.
    const int square = std::max(PictureTiles::side, down(int(std::sqrt(most))));
    const int narrow = std::min(box.width, box.height);
    const int length =
        narrow <= square ? std::max(PictureTiles::side, down(int(most / narrow))) : square;
    const int width = box.width <= box.height ? std::min(narrow, square) : length;
    const int height = box.width <= box.height ? length : std::min(narrow, square);
    const int left = start(middle_x, width, box.x, box.width);
    const int top = start(middle_y, height, box.y, box.height);
    const Rectangle piece = intersection({left, top, width, height}, box);
    const double far = distance(piece, seen);
    if (pixels_of(best) > 0 && far >= nearest) continue;
    best = piece;
    nearest = far;
  }
  return best;
}

Rectangle around(const std::vector<Rectangle>& boxes) {
  if (boxes.empty()) return {};
  Rectangle all = boxes.front();
  for (const Rectangle& box : boxes) {
    const int right = std::max(all.x + all.width, box.x + box.width);
    const int bottom = std::max(all.y + all.height, box.y + box.height);
    all.x = std::min(all.x, box.x);
    all.y = std::min(all.y, box.y);
    all.width = right - all.x;
    all.height = bottom - all.y;
  }
  return all;
}

}  // namespace sharpen
