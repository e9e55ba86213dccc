#pragma once

#include <functional>
#include <memory>
#include <string>

#include "service/api/form.h"
#include "service/http/http_front.h"

namespace sharpen::server {

/// A request whose body does not matter.
[[nodiscard]] std::unique_ptr<RequestHandler> without_body(std::function<Answer()> answer);

/// A request with a short body (at most 1 MB), kept in memory.
[[nodiscard]] std::unique_ptr<RequestHandler> with_text(
    std::function<Answer(std::string body)> answer);

/// A request with a multipart form, read as it comes. The reply may be kept for later.
[[nodiscard]] std::unique_ptr<RequestHandler> with_form(
    std::unique_ptr<FormReader> reader, std::function<void(Form form, const Reply& reply)> answer);

}  // namespace sharpen::server
