#pragma once

#include <cstdint>
#include <string>

#include "base/number_text.h"
#include "client/providers/service.h"

namespace sharpen {

/// "24.0 MP".
[[nodiscard]] std::string megapixel_text(std::uint32_t width, std::uint32_t height);
/// "12 s", "3 min 20 s", "1 h 5 min".
[[nodiscard]] std::string duration_text(double seconds);
/// "today 18:02", "yesterday 18:02", or the date.
[[nodiscard]] std::string time_text(std::int64_t unix_seconds);
/// The model's title in the user's language, or the service's own string.
[[nodiscard]] std::string model_title(const std::string& model);
/// What a service says it found and did, by the `options_json` of its status: in the user's words
/// if sharpen-service says it in numbers, else as the service puts it. May be empty.
[[nodiscard]] std::string finding_text(const std::string& options_json);
/// The name of the host in an address, for the sentence on what is sent where.
[[nodiscard]] std::string host_of(const std::string& url);
/// `text` for a place that reads Pango markup.
[[nodiscard]] std::string markup_escaped(const std::string& text);

}  // namespace sharpen
