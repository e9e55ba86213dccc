#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "client/journal/journal.h"
#include "client/providers/service.h"

namespace sharpen {

/// What a service was asked for: not the words by which it was found, nor the user's own limit.
[[nodiscard]] Settings asked(Settings settings);

/// A job at this service of a picture with this fingerprint, with these settings: fetching its
/// result costs nothing, sending the picture again would be paid for again. The newest one, and one
/// that is in no image yet before one that is. This process owns it from now on. Errors: io.
[[nodiscard]] Result<std::optional<JournalEntry>> adopt_same_job(Journal& journal,
                                                                 const ServiceAddress& address,
                                                                 const std::string& fingerprint,
                                                                 const Settings& settings);

/// The newest job of the same, whoever owns it, of those whose id is less than `before`, but not
/// the one whose upload has the name `except`. Two runs that begin at once agree by the ids which
/// of them sends the picture. Errors: io.
[[nodiscard]] Result<std::optional<JournalEntry>> find_same_job(
    const Journal& journal, const ServiceAddress& address, const std::string& fingerprint,
    const Settings& settings, std::int64_t before, const std::string& except);

}  // namespace sharpen
