#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <optional>

#include "plugin/kept_original.h"
#include "ui/host.h"

namespace sharpen {

/// Where a layer that was cropped since it was sent lies in what was sent: GIMP tells what is left
/// of a cropped image, not where it lay, but its pixels do. Nothing if they lie nowhere (the layer
/// was scaled or painted on) or in more than one place.
[[nodiscard]] std::optional<Box> find_crop(GimpLayer* layer, const KeptOriginal& original,
                                           const std::filesystem::path& sent_file,
                                           const Breathe& breathe);

}  // namespace sharpen
