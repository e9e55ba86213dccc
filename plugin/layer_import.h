#pragma once

#include <libgimp/gimp.h>

#include <filesystem>

#include "base/error.h"
#include "plugin/kept_original.h"
#include "ui/host.h"

namespace sharpen {

/// What a user should know about an answer.
struct ImportReport {
  bool fewer_bits = false;  ///< 8 came back for a layer that has more
  bool clipped = false;     ///< values outside 0…1 were changed by the service, hence lost
};

/// Reads an answer's rows straight into `buffer` at (x, y), converted from the answer's own colours
/// to the layer's. A pixel that came back as it was sent keeps its original value to the last bit,
/// and so do alpha and the hidden colours of fully transparent pixels. Errors: bad_picture (also
/// another size than was sent), io.
[[nodiscard]] Result<ImportReport> import_answer(const std::filesystem::path& file,
                                                 const KeptOriginal& original, GeglBuffer* buffer,
                                                 int x, int y, const Breathe& breathe);

/// Writes the pixels that were sent, alpha and all, into `buffer` at (x, y): out of the kept rows,
/// or out of the sent file if it was exact. Errors: bad_picture, io.
[[nodiscard]] Result<void> import_original(const std::filesystem::path& sent_file,
                                           const KeptOriginal& original, GeglBuffer* buffer, int x,
                                           int y, const Breathe& breathe);

}  // namespace sharpen
