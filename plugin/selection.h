#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "base/error.h"
#include "plugin/row_spool.h"
#include "ui/host.h"

namespace sharpen {

/// A selection as it was when its pixels were sent.
struct KeptSelection {
  const Babl* format = nullptr;  ///< one sample, GIMP's own for masks
  int width = 0, height = 0;
  RowSpool rows;
};

/// The part of a layer that a run sends.
struct SentArea {
  Box box;                                         ///< in pixels of the layer
  std::shared_ptr<const KeptSelection> selection;  ///< null: the whole layer
};

/// Pixels around a selection that are sent as context.
inline constexpr int selection_margin = 64;

/// The whole layer, or the selection's part of it with a margin. Errors: bad_argument if a
/// selection does not touch the layer, io.
[[nodiscard]] Result<SentArea> sent_area(GimpDrawable* drawable,
                                         const std::filesystem::path& spool);

/// Writes a selection as a gray picture, for a run that is interrupted, and reads it again.
/// Errors: bad_picture, io.
[[nodiscard]] Result<void> save_selection(const KeptSelection& selection,
                                          const std::filesystem::path& file);
[[nodiscard]] Result<KeptSelection> load_selection(const std::filesystem::path& file,
                                                   const std::filesystem::path& spool);

/// Whether a layer shows through, neither opaque nor empty, somewhere in the selection, by its
/// alpha or its mask. `box` is where the selection lies, in pixels of the layer. Errors: io.
[[nodiscard]] Result<bool> translucent_inside(GimpLayer* layer, Box box,
                                              const KeptSelection& selection);

/// Puts the pixels of `source` back over those of `changed` where they are not selected, in part
/// where they are selected in part. Both have the same format and alpha. Errors: io.
[[nodiscard]] Result<void> restore_outside(GeglBuffer* changed, GeglBuffer* source, Box box,
                                           const KeptSelection& selection);

/// Makes a kept selection the mask of a layer of its size, multiplied by the mask that the layer
/// has already, if that is applied. Errors: io, gimp.
[[nodiscard]] Result<void> mask_with(GimpLayer* layer, const KeptSelection& selection);

}  // namespace sharpen
