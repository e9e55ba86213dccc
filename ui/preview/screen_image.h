#pragma once

#include <cairo.h>

#include <memory>

#include "ui/host.h"

namespace sharpen {

struct SurfaceUnref {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, SurfaceUnref>;
struct CairoDestroy {
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};
using Cairo = std::unique_ptr<cairo_t, CairoDestroy>;

/// Pixels as cairo wants them, with their alpha; null for an empty picture.
[[nodiscard]] Surface surface_from(const ScreenPixels& pixels);

/// The box of `width` x `height` pixels (of a sent area of full_width x full_height) in which the
/// picture has most detail, judged by the gradients of a thumbnail of that area.
[[nodiscard]] Rectangle most_detailed_box(const ScreenPixels& thumbnail, int full_width,
                                          int full_height, int width, int height);

/// `box` moved, and if need be made smaller, so that it lies inside the area.
[[nodiscard]] Rectangle clamped(Rectangle box, int full_width, int full_height);

}  // namespace sharpen
