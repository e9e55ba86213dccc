#pragma once

#include <cairo.h>

#include "ui/preview/screen_image.h"

namespace sharpen {

/// A veil over what differs between two image surfaces of the same size (RGB24 or ARGB32), the
/// stronger the more it differs; transparent where they are alike.
[[nodiscard]] Surface changed_area(cairo_surface_t* before, cairo_surface_t* after);

}  // namespace sharpen
