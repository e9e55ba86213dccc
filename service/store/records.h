#pragma once

#include <optional>
#include <string>

#include "service/jobs/job.h"

namespace sharpen::server {

/// Records as JSON, and what such text says; nothing if it is damaged.
[[nodiscard]] std::string to_text(const Job& job);
[[nodiscard]] std::string to_text(const SourcePicture& source);
[[nodiscard]] std::string to_text(const Charge& charge);
[[nodiscard]] std::optional<Job> job_from(const std::string& text);
[[nodiscard]] std::optional<SourcePicture> source_from(const std::string& text);
[[nodiscard]] std::optional<Charge> charge_from(const std::string& text);

}  // namespace sharpen::server
