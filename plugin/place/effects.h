#pragma once

#include <libgimp/gimp.h>

namespace sharpen {

/// Whether a drawable looks other than its pixels because of an effect that is switched on.
[[nodiscard]] bool has_visible_effects(GimpDrawable* drawable);

/// Puts the effects (non-destructive filters) of one drawable on another one that is in an image:
/// operation, settings, opacity, mode and visibility, in the same order.
void copy_effects(GimpDrawable* to, GimpDrawable* from);

}  // namespace sharpen
