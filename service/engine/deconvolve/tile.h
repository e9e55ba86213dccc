#pragma once

#include <vector>

#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// A box of whole pixels.
struct Box {
  int x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Box&) const = default;
};

/// What both have; of no width or no height if that is nothing.
[[nodiscard]] Box intersection(const Box& a, const Box& b);

/// One piece of the picture: what it computes, and what it needs around to compute it.
struct Tile {
  Box core;    ///< the pixels this tile is responsible for; the cores cover the area once
  Box source;  ///< the core with its margin, inside the picture
};

/// Rows of tiles that cover `area` of a picture, all sources of the same size as far as the picture
/// allows. `core_width` and `core_height` are the most of a core, `margin` what is needed around
/// it.
[[nodiscard]] std::vector<std::vector<Tile>> make_tiles(int picture_width, int picture_height,
                                                        const Box& area, int core_width,
                                                        int core_height, int margin);

/// How to cut one side of an area.
struct Cut {
  int core;    ///< the most pixels of a core
  int padded;  ///< the length of the transform that a core, its margins and the gap fit in
};
/// The cut of `length` pixels, of `picture` in all, that takes the least time.
[[nodiscard]] Cut best_cut(int picture, int length, int margin, int gap);

/// Copies `content` into the middle of `padded` and fills the rest so that the whole is periodic
/// and continuous: a cross-fade of the two mirror images that meet there.
void pad_periodic(const Plane& content, Plane& padded);

/// Where pad_periodic() puts the content.
[[nodiscard]] Box content_box(const Plane& content, const Plane& padded);

}  // namespace sharpen::engine
