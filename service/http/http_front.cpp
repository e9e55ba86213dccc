#include "service/http/http_front.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <charconv>
#include <exception>
#include <format>
#include <utility>

#include "base/glib_error.h"
#include "base/glib_source.h"
#include "service/http/file_stream.h"
#include "service/http/soup_signal.h"

namespace sharpen::server {

std::string Request::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string Request::host_name() const {
  const std::string host = header("host");
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  if (colon == std::string::npos || (bracket != std::string::npos && colon < bracket)) return host;
  return host.substr(0, colon);
}

std::optional<std::uint64_t> Request::content_length() const {
  const std::string text = header("content-length");
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end != text.data() ? std::optional(value) : std::nullopt;
}

struct Reply::State {
  Ref<SoupServerMessage> message;
  std::function<void(Answer&)> decorate;
  bool sent = false, waiting = false;
};

Reply::Reply(SoupServerMessage* message, std::function<void(Answer&)> decorate)
    : state_(std::make_shared<State>(Ref<SoupServerMessage>::share(message), std::move(decorate))) {
  // The message owns the exchange and so this reply: let go of it when it has served.
  const std::function gone = [weak = std::weak_ptr(state_)] {
    if (const auto state = weak.lock()) state->message = {};
  };
  connect(message, "disconnected", gone);
  connect(message, "finished", gone);
}

bool Reply::sent() const { return state_->sent; }

bool Reply::connected() const {
  if (!state_->message) return false;
  GSocket* socket = soup_server_message_get_socket(state_->message.get());
  if (!socket) return false;
  char byte = 0;
  // libsoup does not read while it waits for us: an end of file is still to be found.
  return ::recv(g_socket_get_fd(socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

void Reply::wait() const {
  if (state_->sent || !state_->message) return;
  state_->waiting = true;
  soup_server_message_pause(state_->message.get());
}

void Reply::send(Answer answer) const {
  if (std::exchange(state_->sent, true) || !state_->message) return;
  state_->decorate(answer);
  SoupServerMessage* message = state_->message.get();
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  for (const auto& [name, value] : answer.headers)
    soup_message_headers_append(headers, name.c_str(), value.c_str());
  if (answer.file) {
    stream_file(message, *answer.file, answer.status);
  } else {
    soup_server_message_set_status(message, answer.status, nullptr);
    if (!answer.content_type.empty())
      soup_server_message_set_response(message, answer.content_type.c_str(), SOUP_MEMORY_COPY,
                                       answer.body.data(), answer.body.size());
  }
  if (std::exchange(state_->waiting, false)) soup_server_message_unpause(message);
}

namespace {

/// GIO has about ten threads for TLS handshakes, and each waits for its client. So a connection is
/// taken only when its client has begun, or after so long.
constexpr int silence_seconds = 30;

/// A body that comes more slowly is not waited for.
constexpr std::uint64_t slowest_bytes_per_second = 8192;
constexpr std::uint64_t longest_body = 500'000'000;  // of one that does not say its length

/// A refused body is read to its end, so that the client gets to see the answer; but not for ever.
constexpr std::uint64_t max_drained_bytes = 2'000'000'000;

struct Unref {
  void operator()(GHashTable* table) const { g_hash_table_unref(table); }
};
struct FreeList {
  void operator()(GSList* list) const { g_slist_free(list); }
};
struct FreeUris {
  void operator()(GSList* uris) const {
    g_slist_free_full(uris, [](gpointer uri) { g_uri_unref(static_cast<GUri*>(uri)); });
  }
};

std::map<std::string, std::string, std::less<>> query_of(GUri* uri) {
  std::map<std::string, std::string, std::less<>> query;
  const char* text = g_uri_get_query(uri);
  if (!text) return query;
  const std::unique_ptr<GHashTable, Unref> form(soup_form_decode(text));
  GHashTableIter at;
  gpointer name = nullptr, value = nullptr;
  for (g_hash_table_iter_init(&at, form.get()); g_hash_table_iter_next(&at, &name, &value);)
    query.emplace(static_cast<const char*>(name), static_cast<const char*>(value));
  return query;
}

Request request_of(SoupServerMessage* message) {
  Request request;
  request.method = soup_server_message_get_method(message);
  GUri* uri = soup_server_message_get_uri(message);
  request.path = g_uri_get_path(uri);
  request.query = query_of(uri);
  soup_message_headers_foreach(
      soup_server_message_get_request_headers(message),
      [](const char* name, const char* value, gpointer data) {
        static_cast<Request*>(data)->headers.emplace(OwnedChars(g_ascii_strdown(name, -1)).get(),
                                                     value);
      },
      &request);
  return request;
}

/// Ends a connection after a time, for libsoup as if the client had closed it.
EventSource hang_up_after(std::chrono::milliseconds time, SoupServerMessage* message) {
  const int socket = g_socket_get_fd(soup_server_message_get_socket(message));
  return EventSource::timeout(static_cast<unsigned>(time.count()), [socket] {
    ::shutdown(socket, SHUT_RDWR);
    return false;
  });
}

/// Counts something while it lives.
class Counted {
 public:
  explicit Counted(std::shared_ptr<int> count) : count_(std::move(count)) { ++*count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*count_; }

 private:
  std::shared_ptr<int> count_;
};

/// A request whose head may still be to come; lives as long as the message. (libsoup emits no
/// signal at the end of a connection that sent no whole head.)
struct Begun {
  Begun(std::shared_ptr<int> count, EventSource timer)
      : open(std::move(count)), head(std::move(timer)) {}

  Counted open;
  EventSource head;  ///< until it has come
};

constexpr const char* begun_key = "sharpen-begun";

/// A request from its head to its answer; lives as long as the message.
class Exchange {
 public:
  Exchange(SoupServerMessage* message, Origin& origin, std::chrono::seconds patience,
           std::shared_ptr<int> count)
      : counted_(std::move(count)),
        message_(message),
        origin_(origin),
        request_(request_of(message)),
        reply_(message, [&origin](Answer& answer) { origin.decorate(answer); }),
        body_(hang_up_after(
            patience + std::chrono::seconds(request_.content_length().value_or(longest_body) /
                                            slowest_bytes_per_second),
            message)) {}

  void take_head() {
    soup_message_body_set_accumulate(soup_server_message_get_request_body(message_), FALSE);
    guarded([this] {
      auto begun = origin_.begin(request_);
      if (begun)
        handler_ = *std::move(begun);
      else
        reply_.send(std::move(begun).error());
    });
  }

  void take_body(GBytes* bytes) {
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    received_ += size;
    if (!handler_) {
      if (received_ > max_drained_bytes)
        g_socket_close(soup_server_message_get_socket(message_), nullptr);
      return;
    }
    guarded([&] {
      if (auto taken = handler_->take_body({data, size}); !taken) {
        handler_.reset();
        reply_.send(std::move(taken).error());
      }
    });
  }

  void finish() {
    body_.stop();
    if (!handler_) return;
    guarded([this] {
      handler_->finish(reply_);
      reply_.wait();
    });
  }

 private:
  template <class Action>
  void guarded(Action action) {
    try {
      action();
    } catch (const std::exception& error) {
      g_warning("%s %s: %s", request_.method.c_str(), request_.path.c_str(), error.what());
      handler_.reset();
      reply_.send(error_answer(500));
    }
  }

  Counted counted_;
  SoupServerMessage* message_;
  Origin& origin_;
  Request request_;
  Reply reply_;
  EventSource body_;  ///< until it is complete
  std::unique_ptr<RequestHandler> handler_;
  std::uint64_t received_ = 0;
};

constexpr const char* exchange_key = "sharpen-exchange";

}  // namespace

Result<std::unique_ptr<HttpFront>> HttpFront::listen(const Settings& settings, Origin& origin) {
  std::unique_ptr<HttpFront> front(new HttpFront(origin, settings));
  front->server_ = Ref<SoupServer>::adopt(soup_server_new(
      "server-header", "sharpen-service", "tls-certificate", settings.certificate, nullptr));
  SoupServer* server = front->server_.get();
  HttpFront* self = front.get();
  const auto on_head = [](SoupServer*, SoupServerMessage* message, const char*, GHashTable*,
                          gpointer data) { static_cast<HttpFront*>(data)->on_head(message); };
  const auto on_request = [](SoupServer*, SoupServerMessage* message, const char*, GHashTable*,
                             gpointer) {
    static_cast<Exchange*>(g_object_get_data(G_OBJECT(message), exchange_key))->finish();
  };
  soup_server_add_early_handler(server, nullptr, on_head, self, nullptr);
  soup_server_add_handler(server, nullptr, on_request, self, nullptr);
  using OnMessage = std::function<void(SoupServerMessage*)>;
  connect(server, "request-started", OnMessage([self](auto* each) { self->on_start(each); }));

  GErrorGuard error;
  const auto address = Ref<GSocketAddress>::adopt(
      g_inet_socket_address_new_from_string(settings.address.c_str(), settings.port));
  const auto flags =
      settings.certificate ? SOUP_SERVER_LISTEN_HTTPS : static_cast<SoupServerListenOptions>(0);
  if (!address || !soup_server_listen(server, address.get(), flags, error.out()))
    return fail(ErrorKind::io,
                std::format("Cannot listen on {} port {}: {}", settings.address, settings.port,
                            error.message()),
                "Choose another --port or --listen address.");
  // GLib asks for room for ten; clients that come all at once would be reset on a busy machine.
  const std::unique_ptr<GSList, FreeList> sockets(soup_server_get_listeners(server));
  for (const GSList* each = sockets.get(); each; each = each->next) {
    const int socket = g_socket_get_fd(static_cast<GSocket*>(each->data));
    ::listen(socket, SOMAXCONN);
    if (settings.certificate)
      ::setsockopt(socket, IPPROTO_TCP, TCP_DEFER_ACCEPT, &silence_seconds, sizeof silence_seconds);
  }
  const std::unique_ptr<GSList, FreeUris> uris(soup_server_get_uris(server));
  auto* uri = static_cast<GUri*>(uris->data);
  const std::string host = g_uri_get_host(uri);
  front->url_ = std::format("{}://{}:{}", g_uri_get_scheme(uri),
                            host.contains(':') ? "[" + host + "]" : host, g_uri_get_port(uri));
  return front;
}

HttpFront::~HttpFront() {
  if (server_) soup_server_disconnect(server_.get());
}

void HttpFront::on_start(SoupServerMessage* message) {
  GSocket* socket = soup_server_message_get_socket(message);
  if (!connections_.admit(socket)) {
    g_socket_close(socket, nullptr);  // what has come already could still be read from it
    return;
  }
  g_socket_set_timeout(socket, static_cast<guint>(patience_.count()));
  auto begun = std::make_unique<Begun>(open_requests_, hang_up_after(patience_, message));
  g_object_set_data_full(G_OBJECT(message), begun_key, begun.release(), [](gpointer data) {
    const std::unique_ptr<Begun> owner(static_cast<Begun*>(data));
  });
}

void HttpFront::on_head(SoupServerMessage* message) {
  if (auto* begun = static_cast<Begun*>(g_object_get_data(G_OBJECT(message), begun_key)))
    begun->head.stop();
  auto exchange = std::make_unique<Exchange>(message, origin_, patience_, answering_);
  Exchange* shared = exchange.get();
  g_object_set_data_full(G_OBJECT(message), exchange_key, exchange.release(), [](gpointer data) {
    const std::unique_ptr<Exchange> owner(static_cast<Exchange*>(data));
  });
  connect(message, "got-chunk",
          std::function([shared](GBytes* bytes) { shared->take_body(bytes); }));
  shared->take_head();
}

}  // namespace sharpen::server
