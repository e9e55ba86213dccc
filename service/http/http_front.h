#pragma once

#include <libsoup/soup.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/glib_ref.h"
#include "service/http/answer.h"
#include "service/http/connection_limit.h"

namespace sharpen::server {

/// The head of a request.
struct Request {
  std::string method, path;
  std::map<std::string, std::string, std::less<>> query;
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
  std::string owner;  ///< the name of its key; empty for the only one, or none

  /// Empty if the header was not sent. `name` is in lower case.
  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;
  /// The name that the client calls us by: "127.0.0.1:80" → "127.0.0.1", "[::1]:80" → "[::1]".
  [[nodiscard]] std::string host_name() const;
};

/// Sends the answer of one request, at once or later, on the main thread. Copies share it.
class Reply {
 public:
  /// `decorate` may change the answer just before it is sent.
  Reply(SoupServerMessage* message, std::function<void(Answer&)> decorate);
  /// The first call counts.
  void send(Answer answer) const;
  [[nodiscard]] bool sent() const;
  /// Nothing is sent until send(); called when a handler returns without an answer.
  void wait() const;
  /// Whether the client still is at the other end. (Over TLS a closed connection may go unseen.)
  [[nodiscard]] bool connected() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// What happens to one request after its head was accepted.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  /// A piece of the body; a refusal is sent in place of finish().
  [[nodiscard]] virtual Checked<void> take_body(std::string_view piece) = 0;
  /// The body is complete. The reply may be kept for later.
  virtual void finish(const Reply& reply) = 0;
};

/// What answers at an address.
class Origin {
 public:
  virtual ~Origin() = default;
  /// Called when the head of a request has come and before its body is read.
  [[nodiscard]] virtual Checked<std::unique_ptr<RequestHandler>> begin(const Request& request) = 0;
  /// May change an answer just before it is sent.
  virtual void decorate(Answer&) {}
};

/// One listening port.
class HttpFront {
 public:
  struct Settings {
    std::string address;
    std::uint16_t port = 0;
    GTlsCertificate* certificate = nullptr;  ///< null: plain http
    /// With a client that sends or takes nothing, also between requests, and with one whose head
    /// does not end.
    std::chrono::seconds patience{60};
    unsigned max_connections = 0;  ///< from one address; 0 = any number
  };
  /// `origin` outlives the front. Errors: io, when the port is taken.
  [[nodiscard]] static Result<std::unique_ptr<HttpFront>> listen(const Settings& settings,
                                                                 Origin& origin);
  ~HttpFront();

  /// "http://127.0.0.1:4711"
  [[nodiscard]] const std::string& url() const { return url_; }
  /// Requests that are being read or answered, or may be to come on a connection.
  [[nodiscard]] int open_requests() const { return *open_requests_; }
  /// Those whose head has come.
  [[nodiscard]] int answering() const { return *answering_; }

 private:
  HttpFront(Origin& origin, const Settings& settings)
      : origin_(origin), patience_(settings.patience), connections_(settings.max_connections) {}
  /// A connection was made, or a further request on it began.
  void on_start(SoupServerMessage* message);
  void on_head(SoupServerMessage* message);

  Origin& origin_;
  std::chrono::seconds patience_;
  ConnectionLimit connections_;
  Ref<SoupServer> server_;
  std::string url_;
  std::shared_ptr<int> open_requests_ = std::make_shared<int>(0);
  std::shared_ptr<int> answering_ = std::make_shared<int>(0);
};

}  // namespace sharpen::server
