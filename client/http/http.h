#pragma once

#include <libsoup/soup.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/glib_ref.h"
#include "client/http/address.h"
#include "client/http/http_body.h"
#include "client/http/transfer.h"

namespace sharpen {

/// The answer of a server, whatever its status.
struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
  /// The value of a header, whatever the case of its name; empty if it is missing.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// `Retry-After` as seconds or as a date; at most ten minutes.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const HttpAnswer& answer);

/// Takes the body of a 2xx answer piece by piece instead of HttpAnswer::body.
using HttpSink = std::function<Result<void>(const HttpAnswer& head, std::span<const std::byte>)>;

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string content_type = {};  ///< of the body
  HttpBody body = {};
  Transfer on_sent = {};

  HttpSink sink = {};
  std::uint64_t max_bytes = 1 << 20;  ///< of a 2xx answer; more is ErrorKind::too_large
  std::chrono::seconds silence{30};   ///< the longest time without a byte moving
  std::uint64_t least = 0;            ///< bytes of a 2xx answer in such a time; fewer is a drip
  std::chrono::seconds deadline{60};  ///< for the whole exchange
  bool new_connection = false;        ///< never reuse one that the server may be closing
  Reach nearest = Reach::loopback;    ///< nothing nearer is connected to, whatever its name is
};

/// How much of a request may have reached the server when no answer came.
enum class Sent { nothing, part, all };

/// No answer, or none that could be read to its end.
struct HttpFailure {
  Error error;  ///< cancelled, network, tls, too_large, io, bad_argument, or what the sink said
  Sent sent = Sent::nothing;
};

/// HTTP as every provider uses it: blocking calls in a worker thread that a GCancellable ends at
/// any time. Proxy and certificates are the system's, plus an extra file of certificates.
/// Plain http is for loopback only, and goes past the proxy. Redirects are never followed (a key
/// would go along: libsoup strips `Authorization` only), nothing is repeated, nothing is cached.
/// Packed answers are not asked for but unpacked if they come. One object belongs to one thread.
class Http {
 public:
  explicit Http(std::string ca_file = {});

  [[nodiscard]] std::expected<HttpAnswer, HttpFailure> send(const HttpRequest& request,
                                                            GCancellable* cancellable);

 private:
  Ref<GMainContext> context_;  // a private one: libsoup must not attach timers to the main thread's
  Ref<SoupSession> session_;
  Ref<GTlsDatabase> extra_certificates_;
  std::string ca_file_;
};

}  // namespace sharpen
