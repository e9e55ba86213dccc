#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/row_spool.h"
#include "image/picture.h"
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
  Rectangle box;                                   ///< in pixels of the layer
  std::shared_ptr<const KeptSelection> selection;  ///< null: the whole layer
};

/// Pixels around a selection that are sent as context.
inline constexpr int selection_margin = 64;

/// The whole layer, or the selection's part of it with a margin. Errors: bad_argument if a
/// selection does not touch the layer, io.
[[nodiscard]] Result<SentArea> sent_area(GimpLayer* layer, const std::filesystem::path& spool);

/// Writes a selection band by band as a gray picture, for a run that is interrupted.
class SelectionWriter {
 public:
  /// Errors: io.
  [[nodiscard]] static Result<SelectionWriter> begin(std::shared_ptr<const KeptSelection> selection,
                                                     const std::filesystem::path& file);
  /// True when the picture is complete. Errors: io.
  [[nodiscard]] Result<bool> step();

 private:
  SelectionWriter(std::shared_ptr<const KeptSelection> selection,
                  std::unique_ptr<PictureWriter> writer)
      : selection_(std::move(selection)), writer_(std::move(writer)) {}
  std::shared_ptr<const KeptSelection> selection_;
  std::unique_ptr<PictureWriter> writer_;
  std::vector<std::byte> rows_, saved_;
  int next_row_ = 0;
};

/// Reads what a SelectionWriter wrote. Errors: bad_picture, io.
[[nodiscard]] Result<KeptSelection> load_selection(const std::filesystem::path& file,
                                                   const std::filesystem::path& spool,
                                                   const ProcessEvents& process_events);

/// Whether a layer shows through, neither opaque nor empty, somewhere in the selection, by its
/// alpha or its mask. `box` is where the selection lies, in pixels of the layer. Errors: io.
[[nodiscard]] Result<bool> translucent_inside(GimpLayer* layer, Rectangle box,
                                              const KeptSelection& selection,
                                              const ProcessEvents& process_events);

/// Puts the pixels of `source` back over those of `changed` where they are not selected, in part
/// where they are selected in part. Both have the same format and alpha. Errors: io.
[[nodiscard]] Result<void> restore_outside(GeglBuffer* changed, GeglBuffer* source, Rectangle box,
                                           const KeptSelection& selection,
                                           const ProcessEvents& process_events);

/// Makes a kept selection the mask of a layer of its size, multiplied by the mask that the layer
/// has already, if that is applied. Errors: io, gimp.
[[nodiscard]] Result<void> mask_with(GimpLayer* layer, const KeptSelection& selection,
                                     const ProcessEvents& process_events);

}  // namespace sharpen
