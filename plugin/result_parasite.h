#pragma once

#include <libgimp/gimp.h>

#include <optional>

#include "client/settings.h"

namespace sharpen {

/// What a result remembers of how it was made.
struct ResultNote {
  Settings settings;
  unsigned source_tattoo = 0;  ///< of the original, in the same image
};

/// Writes the note on a layer (saved in XCF, undoable). Never holds a key.
void attach_note(GimpLayer* layer, const ResultNote& note);

/// The note on a layer; empty if it is no result of ours, or of a version that we cannot read.
[[nodiscard]] std::optional<ResultNote> note_of(GimpLayer* layer);

}  // namespace sharpen
