#pragma once

#include <optional>

#include "base/error.h"
#include "client/journal/journal.h"
#include "client/providers/service.h"

namespace sharpen {

/// An unfinished job at this service that has this very picture, byte by byte, and these settings:
/// going on with it costs nothing, sending the picture again would be paid for again. This process
/// owns it from now on. Errors: io.
[[nodiscard]] Result<std::optional<JournalEntry>> adopt_same_job(Journal& journal,
                                                                 const ServiceAddress& address,
                                                                 const Upload& upload,
                                                                 const Settings& settings);

}  // namespace sharpen
