#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "client/http/http.h"
#include "client/providers/models.h"

namespace sharpen {

/// Who refused, for the wording: codes mean the same everywhere but for 403 (the AI/ML API's "out
/// of credits") and where keys and credits are bought.
struct ErrorContext {
  ServiceKind service = ServiceKind::topaz;
  std::string_view secret;  ///< cut out of whatever the server says
};

/// What an answer that is not 2xx means, in a sentence and a hint for every code of the contract
/// (1.9 and 3.3); quotes the service's own message where it has one.
[[nodiscard]] Error error_of(const HttpAnswer& answer, const ErrorContext& context);

/// The end of such a sentence: the service's own words, if it has some, and the code.
[[nodiscard]] std::string quoted(const HttpAnswer& answer, const ErrorContext& context);

/// Whether a service may have taken the job of a submit that got no answer, and charged it. A
/// connection that broke in the midst of it proves nothing: the rest may have been on its way.
[[nodiscard]] bool may_be_taken(const HttpFailure& failure);

/// The service's own words: `message`, `detail`, `error`; at most 200 characters of plain text
/// without `secret`. Empty for HTML and empty bodies.
[[nodiscard]] std::string message_in(std::string_view body, std::string_view secret);

}  // namespace sharpen
