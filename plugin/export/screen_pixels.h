#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <memory>

#include "base/error.h"
#include "plugin/export/formats.h"
#include "ui/host.h"

namespace sharpen {

/// Looks for the conversions that the functions below need, which takes babl a tenth of a second if
/// nobody has asked for them before; it remembers them. From any thread.
void find_screen_conversions(const TransferFormat& format);

/// A part of a layer at 100 %, without effects. `part` is in pixels of the layer and inside it.
[[nodiscard]] Result<ScreenPixels> screen_region(GimpDrawable* drawable, Rectangle part);

/// The same scaled down, if need be, to at most `max_side` pixels.
[[nodiscard]] Result<ScreenPixels> screen_thumbnail(GimpDrawable* drawable, Rectangle part,
                                                    int max_side);

/// An answer to a picture that was sent as `sent`. Errors: bad_picture, io.
[[nodiscard]] Result<std::unique_ptr<Answer>> screen_answer(const std::filesystem::path& answer,
                                                            const TransferFormat& sent);

}  // namespace sharpen
