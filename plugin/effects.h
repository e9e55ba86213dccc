#pragma once

#include <libgimp/gimp.h>

namespace sharpen {

/// Puts the effects (non-destructive filters) of one drawable on another one that is in an image:
/// operation, settings, opacity, mode and visibility, in the same order.
void copy_effects(GimpDrawable* to, GimpDrawable* from);

}  // namespace sharpen
