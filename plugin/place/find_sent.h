#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <optional>

#include "plugin/export/source_snapshot.h"
#include "ui/host.h"

namespace sharpen {

/// Pixels from the corner of a layer.
struct Place {
  int x = 0, y = 0;
  auto operator<=>(const Place&) const = default;
};

/// Where what was sent lies in a layer that was cropped or enlarged meanwhile: GIMP tells what is
/// left of a cropped image, not where it lay, but its pixels do. Outside the layer where more was
/// sent than is left. Nothing if it lies nowhere (the layer was scaled or painted on), in more than
/// one place, or across the layer's edge.
[[nodiscard]] std::optional<Place> find_sent(GimpLayer* layer, const SourceSnapshot& snapshot,
                                             const std::filesystem::path& sent_file,
                                             const ProcessEvents& process_events);

}  // namespace sharpen
