#pragma once

#include <libgimp/gimp.h>

#include <optional>
#include <string>

#include "client/providers/settings.h"
#include "ui/host.h"

namespace sharpen {

/// What a result remembers of how it was made; saved in XCF, undoable. Never holds a key.
struct ResultNote {
  Settings settings;
  /// The original's: a mark that it bears, and its name. A tattoo would not do: GIMP numbers them
  /// anew in a duplicate of an image, and other images have layers of the same numbers.
  std::string mark, name;
  std::string job;  ///< the upload name of the job that made it
  Rectangle box;    ///< what of the original the result covers, in pixels of the original
};

/// Notes on a layer how it was made. `original`, which is marked, is null if it is gone.
void note_result(GimpLayer* layer, const Settings& settings, const std::string& job,
                 GimpLayer* original, Rectangle box);

/// The note on a layer; empty if it is no result of ours, or of a version that we cannot read.
[[nodiscard]] std::optional<ResultNote> note_of(GimpLayer* layer);

/// The original of a note in this image. Null if it is not there, or if it has copies
/// and none of them has its name.
[[nodiscard]] GimpLayer* original_of(const ResultNote& note, GimpImage* image);

}  // namespace sharpen
