#pragma once

#include <glib-object.h>

namespace sharpen {

/// The type of our GimpPlugIn, for gimp_main().
[[nodiscard]] GType plug_in_type();

}  // namespace sharpen
