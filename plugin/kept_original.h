#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "plugin/formats.h"
#include "plugin/row_spool.h"
#include "ui/host.h"

namespace sharpen {

/// What stays here of a layer while its picture is away: everything that the picture cannot carry,
/// as it was when it was sent, whatever becomes of the layer meanwhile.
struct KeptOriginal {
  TravelFormat format;
  int width = 0, height = 0;     ///< of the sent box, pixels
  std::optional<RowSpool> rows;  ///< in format.native; only if the wire is not exact, or with alpha
};

/// Ends the kept rows with their format, for load_original(). Errors: io.
[[nodiscard]] Result<void> seal_rows(KeptOriginal& original);

/// What an earlier process kept of the picture that it sent: the rows of its pixels_file(), if it
/// had to keep any. Errors: bad_picture, io.
[[nodiscard]] Result<KeptOriginal> load_original(const std::filesystem::path& sent_file);

/// The rows down to the next border of GIMP's tiles, so that no tile crosses its wire twice.
/// `top` is where row 0 lies in the buffer.
[[nodiscard]] int rows_of_band(int row, int top, int height);

/// What is converted in some milliseconds: windows react in between.
inline constexpr std::size_t slice_bytes = 512 << 10;
/// Of the rows of a band so many as are a slice; `row_bytes` are a row's in the widest format in
/// which it is worked on.
[[nodiscard]] int rows_of_slice(int row, int top, int height, std::size_t row_bytes);

}  // namespace sharpen
