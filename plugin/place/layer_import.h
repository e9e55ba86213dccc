#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <functional>
#include <span>

#include "base/error.h"
#include "plugin/export/source_snapshot.h"
#include "plugin/place/band_writer.h"
#include "ui/host.h"

namespace sharpen {

/// What a user should know about an answer.
struct ImportReport {
  bool fewer_bits = false;    ///< 8 came back for a layer that has more
  bool gray = false;          ///< gray came back for a layer that has colours
  bool lost_profile = false;  ///< it had a profile that cannot be used
  bool clipped = false;       ///< values outside 0…1 were changed by the service, hence lost
};

/// Reads an answer's rows straight into a layer, converted from the answer's own colours to the
/// layer's. A pixel that came back as it was sent keeps its original value to the last bit,
/// and so do alpha and the hidden colours of fully transparent pixels. Errors: bad_picture (also
/// another size than was sent), io.
[[nodiscard]] Result<ImportReport> import_answer(const std::filesystem::path& file,
                                                 const SourceSnapshot& snapshot, Destination to,
                                                 const ProcessEvents& process_events);

/// Takes some rows of a picture: the first one's number, and how many they are.
using UseRows = std::function<Result<void>(std::span<const std::byte> rows, int row, int count)>;

/// Reads the pixels that were sent, alpha and all: out of the kept rows, or out of the sent file if
/// it was exact. Their format is format_of(). Errors: bad_picture, io.
[[nodiscard]] Result<void> read_snapshot(const std::filesystem::path& sent_file,
                                         const SourceSnapshot& snapshot,
                                         const ProcessEvents& process_events, const UseRows& use);
[[nodiscard]] const Babl* format_of(const SourceSnapshot& snapshot);

/// Writes the pixels that were sent, alpha and all. Errors: bad_picture, io.
[[nodiscard]] Result<void> import_snapshot(const std::filesystem::path& sent_file,
                                           const SourceSnapshot& snapshot, Destination to,
                                           const ProcessEvents& process_events);

}  // namespace sharpen
