#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "client/providers/http_errors.h"

namespace sharpen {

/// What it means that a submit was answered with something else than 2xx. As error_of(), but a
/// model that was withdrawn is said to be so, and 404 cannot mean a job: there is none yet.
[[nodiscard]] Error submit_error_of(const HttpAnswer& answer, const ErrorContext& context,
                                    std::string_view base_url, const std::string& model);

}  // namespace sharpen
