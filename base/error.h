#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace sharpen {

/// What went wrong, as far as a caller has to act differently.
enum class ErrorKind {
  bad_argument,     ///< a setting or a parameter is not one that we accept
  bad_picture,      ///< the picture cannot be sent or the answer is not a picture
  too_large,        ///< over a limit of the service or of this program
  too_expensive,    ///< over the user's own max-cost
  no_key,           ///< the service wants a key and there is none
  key_refused,      ///< HTTP 401, 403
  no_credits,       ///< HTTP 402, or 403 of the AI/ML API
  no_subscription,  ///< HTTP 412
  not_found,        ///< HTTP 404: the job is gone
  conflict,         ///< HTTP 409: not ready, or no longer cancellable
  refused,          ///< HTTP 400, 415, 422: the service will not do this
  model_withdrawn,  ///< the service has retired the model
  busy,             ///< HTTP 425, 429: try again later, nothing was accepted
  service_failed,   ///< HTTP 5xx, or a job that ended as Failed
  network,          ///< no connection, or it broke
  tls,              ///< the certificate cannot be trusted
  protocol,         ///< an answer that does not follow the contract
  maybe_billed,     ///< a paid request whose answer was lost
  timed_out,        ///< our patience ended; the job stays recoverable
  cancelled,        ///< by the user
  io,               ///< disk, pipes, temporary files
  gimp,             ///< GIMP refused a call
  internal,         ///< a fault of this program
};

/// An error as a value: the kind for the program, two translated sentences for the person.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;  ///< what happened, one sentence
  std::string hint;     ///< what to do next, one sentence; may be empty

  /// Both sentences, for a place that has one line only.
  [[nodiscard]] std::string text() const { return hint.empty() ? message : message + " " + hint; }
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for `return fail(kind, message, hint);`.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message,
                                                 std::string hint = {}) {
  return std::unexpected(Error{kind, std::move(message), std::move(hint)});
}

/// Passes an error on from a Result of another type.
template <class T>
[[nodiscard]] std::unexpected<Error> fail(Result<T>&& failed) {
  return std::unexpected(std::move(failed).error());
}

/// A stable English word for logs and tests, for example "no_credits".
[[nodiscard]] std::string_view name_of(ErrorKind kind);

}  // namespace sharpen
