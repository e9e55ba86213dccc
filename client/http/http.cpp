#include "client/http/http.h"

#include <array>
#include <exception>

#include "base/cancelled.h"
#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/tls_module.h"
#include "base/unix_time.h"
#include "client/http/deadline.h"

namespace sharpen {
template <>
struct RefTraits<GDateTime> {
  static void ref(GDateTime* date) { g_date_time_ref(date); }
  static void unref(GDateTime* date) { g_date_time_unref(date); }
};

namespace {

constexpr std::size_t max_error_bytes = 64 << 10;

/// Makes a context the thread's default one for a scope.
class ContextScope {
 public:
  explicit ContextScope(GMainContext* context) : context_(context) {
    g_main_context_push_thread_default(context_);
  }
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;
  ~ContextScope() { g_main_context_pop_thread_default(context_); }

 private:
  GMainContext* context_;
};

/// What the signals of one exchange need.
struct Exchange {
  const HttpRequest& request;
  GCancellable* cancellable;
  GTlsDatabase* extra_certificates;
  std::uint64_t total = 0, done = 0;
  Sent sent = Sent::nothing;
  std::exception_ptr thrown{};
  bool too_near = false;
  GTlsCertificateFlags certificate_faults = G_TLS_CERTIFICATE_NO_FLAGS;
};

void on_starting(SoupMessage*, gpointer data) { static_cast<Exchange*>(data)->sent = Sent::part; }

void on_wrote_body(SoupMessage*, gpointer data) { static_cast<Exchange*>(data)->sent = Sent::all; }

void on_wrote_body_data(SoupMessage*, guint size, gpointer data) noexcept {
  auto& exchange = *static_cast<Exchange*>(data);
  exchange.done += size;
  if (!exchange.request.on_sent || exchange.thrown) return;
  try {
    exchange.request.on_sent(exchange.done, exchange.total);
  } catch (...) {
    exchange.thrown = std::current_exception();
    g_cancellable_cancel(exchange.cancellable);
  }
}

/// Before the connection is made: a name that was harmless when it was looked up may resolve to
/// another address now. A proxy resolves by itself, and is one that the user chose.
void on_event(SoupMessage*, GSocketClientEvent event, GIOStream* connection, gpointer data) {
  auto& exchange = *static_cast<Exchange*>(data);
  if (event != G_SOCKET_CLIENT_CONNECTING || exchange.request.nearest == Reach::loopback) return;
  auto* made = G_SOCKET_CONNECTION(connection);
  const auto address =
      Ref<GSocketAddress>::adopt(g_socket_connection_get_remote_address(made, nullptr));
  if (!address || G_IS_PROXY_ADDRESS(address.get())) return;
  auto* inet = G_IS_INET_SOCKET_ADDRESS(address.get())
                   ? g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address.get()))
                   : nullptr;
  if (inet && reach_of(inet) >= exchange.request.nearest) return;
  exchange.too_near = true;
  // Without its socket this try fails before its first packet; cancelling ends the tries.
  g_socket_close(g_socket_connection_get_socket(made), nullptr);
  g_cancellable_cancel(exchange.cancellable);
}

/// Only asked when the system does not trust a certificate: the user's own file may.
gboolean on_accept_certificate(SoupMessage* message, GTlsCertificate* certificate,
                               GTlsCertificateFlags faults, gpointer data) {
  auto& exchange = *static_cast<Exchange*>(data);
  exchange.certificate_faults = faults;
  if (!exchange.extra_certificates) return FALSE;
  const auto identity = Ref<GSocketConnectable>::adopt(
      g_network_address_new(g_uri_get_host(soup_message_get_uri(message)), 0));
  GErrorGuard error;
  const auto flags = g_tls_database_verify_chain(
      exchange.extra_certificates, certificate, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER,
      identity.get(), nullptr, G_TLS_DATABASE_VERIFY_NONE, exchange.cancellable, error.out());
  if (!error) exchange.certificate_faults = flags;
  return !error && flags == G_TLS_CERTIFICATE_NO_FLAGS;
}

/// What is wrong with a certificate, the plainest fault first; null if that is not known.
const char* reason_of(GTlsCertificateFlags faults) {
  if (faults & G_TLS_CERTIFICATE_REVOKED) return _("its certificate was revoked");
  if (faults & G_TLS_CERTIFICATE_EXPIRED) return _("its certificate has expired");
  if (faults & G_TLS_CERTIFICATE_NOT_ACTIVATED) return _("its certificate is not valid yet");
  if (faults & G_TLS_CERTIFICATE_BAD_IDENTITY) return _("its certificate is for another host");
  if (faults & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return _("its certificate is self-signed, or signed by nobody that this computer knows");
  if (faults & G_TLS_CERTIFICATE_INSECURE)
    return _("its certificate uses an algorithm that is too weak");
  return nullptr;
}

Error network_error(const GErrorGuard& error, const std::string& host,
                    GTlsCertificateFlags certificate_faults) {
  const char* certificate = reason_of(certificate_faults);
  const std::string reason = certificate ? certificate : error.message();
  if (error.get()->domain == G_TLS_ERROR)
    return {ErrorKind::tls, tr("The connection to {} is not secure: {}.", host, reason),
            _("Check this computer's date and certificates; a proxy or an own server may need its "
              "certificate in the plug-in's list. The check is never switched off.")};
  if (error.get()->domain == G_RESOLVER_ERROR)
    return {ErrorKind::network, tr("The address {} cannot be found: {}.", host, reason),
            _("Check the connection to the Internet, then try again.")};
  return {ErrorKind::network, tr("The connection to {} failed: {}.", host, reason),
          _("Check the connection to the Internet, then try again.")};
}

Error too_slow(const std::string& host) {
  return {ErrorKind::network, tr("{} did not answer in time.", host),
          _("Check the connection to the Internet, then try again.")};
}

Error error_of(const GErrorGuard& error, const std::string& host, const Deadline& deadline,
               GTlsCertificateFlags certificate_faults = G_TLS_CERTIFICATE_NO_FLAGS) {
  if (deadline.is_missing())
    return {ErrorKind::network, _("This computer cannot start another thread for a request."),
            _("Close other programs, then try again.")};
  if (!deadline.expired() && g_cancellable_is_cancelled(deadline.cancellable()))
    return cancelled_error();
  if (deadline.expired()) return too_slow(host);
  return network_error(error, host, certificate_faults);
}

HttpAnswer head_of(SoupMessage* message) {
  HttpAnswer answer;
  answer.status = static_cast<int>(soup_message_get_status(message));
  soup_message_headers_foreach(
      soup_message_get_response_headers(message),
      [](const char* name, const char* value, gpointer data) {
        static_cast<HttpAnswer*>(data)->headers.emplace_back(name, value);
      },
      &answer);
  return answer;
}

Error too_long(std::uint64_t max_bytes) {
  return {ErrorKind::too_large, tr("The answer of the service is longer than {} bytes.", max_bytes),
          _("It was not read to its end; try again, or tell the service's support.")};
}

std::expected<HttpAnswer, HttpFailure> read_answer(SoupMessage* message, GInputStream* stream,
                                                   const Exchange& exchange,
                                                   const Deadline& deadline,
                                                   const std::string& host) {
  HttpAnswer answer = head_of(message);
  const HttpRequest& request = exchange.request;
  const auto stop = [&](Error error) {
    return std::unexpected(HttpFailure{std::move(error), exchange.sent});
  };
  SoupMessageHeaders* headers = soup_message_get_response_headers(message);
  if (answer.ok() && soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      static_cast<std::uint64_t>(soup_message_headers_get_content_length(headers)) >
          request.max_bytes)
    return stop(too_long(request.max_bytes));
  std::array<char, 65536> buffer;
  std::uint64_t done = 0, done_before = 0;
  auto since = std::chrono::steady_clock::now();
  GErrorGuard error;
  while (true) {
    const gssize count = g_input_stream_read(stream, buffer.data(), buffer.size(),
                                             deadline.cancellable(), error.out());
    // The body of an error is there to be quoted: as much of it as came will do.
    if (count < 0 && !answer.ok() && !g_cancellable_is_cancelled(deadline.cancellable())) break;
    if (count < 0) return stop(error_of(error, host, deadline));
    if (count == 0) break;
    done += static_cast<std::uint64_t>(count);
    if (answer.ok() && done > request.max_bytes) return stop(too_long(request.max_bytes));
    if (const auto now = std::chrono::steady_clock::now(); now - since >= request.silence) {
      if (answer.ok() && done - done_before < request.least) return stop(too_slow(host));
      since = now;
      done_before = done;
    }
    const std::span piece(buffer.data(), static_cast<std::size_t>(count));
    if (answer.ok() && request.sink) {
      if (auto taken = request.sink(answer, std::as_bytes(piece)); !taken)
        return stop(std::move(taken).error());
    } else {
      answer.body.append(piece.data(), piece.size());
      if (!answer.ok() && answer.body.size() > max_error_bytes) break;
    }
  }
  return answer;
}

}  // namespace

std::optional<std::chrono::seconds> retry_after(const HttpAnswer& answer) {
  const std::string value = answer.header("Retry-After");
  if (value.empty()) return {};
  constexpr gint64 longest = 600;
  guint64 seconds = 0;
  if (g_ascii_string_to_unsigned(value.c_str(), 10, 0, G_MAXUINT32, &seconds, nullptr))
    return std::chrono::seconds(std::min<gint64>(static_cast<gint64>(seconds), longest));
  const auto date = Ref<GDateTime>::adopt(soup_date_time_new_from_http_string(value.c_str()));
  if (!date) return {};
  const gint64 left = g_date_time_to_unix(date.get()) - unix_now();
  return std::chrono::seconds(std::clamp<gint64>(left, 0, longest));
}

std::string HttpAnswer::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key.size() == name.size() &&
        g_ascii_strncasecmp(key.c_str(), name.data(), name.size()) == 0)
      return value;
  return {};
}

Http::Http(std::string ca_file)
    : context_(Ref<GMainContext>::adopt(g_main_context_new())), ca_file_(std::move(ca_file)) {
  provide_tls();
  const ContextScope scope(context_.get());
  session_ = Ref<SoupSession>::adopt(
      soup_session_new_with_options("user-agent", "remote-sharpen", nullptr));
}

std::expected<HttpAnswer, HttpFailure> Http::send(const HttpRequest& request,
                                                  GCancellable* cancellable) {
  const auto stop = [](ErrorKind kind, std::string message, std::string hint) {
    return std::unexpected(HttpFailure{{kind, std::move(message), std::move(hint)}});
  };
  const ContextScope scope(context_.get());
  const bool loopback = reach_of_url(request.url) == Reach::loopback;
  const auto uri = parse_url(request.url);
  const std::string_view scheme = uri ? g_uri_get_scheme(uri.get()) : "";
  const bool allowed = scheme == "https" || (scheme == "http" && loopback);
  // Null if it has no host.
  const auto message = Ref<SoupMessage>::adopt(
      allowed ? soup_message_new_from_uri(request.method.c_str(), uri.get()) : nullptr);
  if (!message)
    return stop(ErrorKind::bad_argument, _("An address that is not https is not opened."),
                _("Correct the address of the service."));
  if (!ca_file_.empty() && !extra_certificates_) {
    GErrorGuard error;
    extra_certificates_ =
        Ref<GTlsDatabase>::adopt(g_tls_file_database_new(ca_file_.c_str(), error.out()));
    if (!extra_certificates_)
      return stop(ErrorKind::io,
                  tr("The certificates in {} cannot be read: {}.", ca_file_, error.message()),
                  _("Choose a PEM file, or none."));
  }

  Deadline deadline(cancellable, request.deadline);
  Exchange exchange{request, deadline.cancellable(), extra_certificates_.get()};
  exchange.total = request.body.size();
  // One that is reused was perhaps made for a request that may go nearer.
  const bool fresh = request.new_connection || request.nearest != Reach::loopback;
  soup_message_set_flags(
      message.get(),
      static_cast<SoupMessageFlags>(SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE |
                                    (fresh ? SOUP_MESSAGE_NEW_CONNECTION : 0)));
  // One request at a time gains nothing from HTTP/2, and over HTTP/1 an abort is a plain close.
  soup_message_set_force_http1(message.get(), TRUE);
  SoupMessageHeaders* headers = soup_message_get_request_headers(message.get());
  soup_message_headers_append(headers, "Accept-Encoding", "identity");
  for (const auto& [name, value] : request.headers)
    soup_message_headers_append(headers, name.c_str(), value.c_str());
  if (!request.body.empty())
    soup_message_set_request_body(message.get(), request.content_type.c_str(),
                                  request.body.open().get(), static_cast<gssize>(exchange.total));
  g_signal_connect(message.get(), "network-event", G_CALLBACK(on_event), &exchange);
  g_signal_connect(message.get(), "starting", G_CALLBACK(on_starting), &exchange);
  g_signal_connect(message.get(), "wrote-body", G_CALLBACK(on_wrote_body), &exchange);
  g_signal_connect(message.get(), "wrote-body-data", G_CALLBACK(on_wrote_body_data), &exchange);
  g_signal_connect(message.get(), "accept-certificate", G_CALLBACK(on_accept_certificate),
                   &exchange);
  soup_session_set_timeout(session_.get(), static_cast<guint>(request.silence.count()));
  soup_session_set_proxy_resolver(session_.get(),
                                  loopback ? nullptr : g_proxy_resolver_get_default());

  const std::string host = origin_of(request.url);
  GErrorGuard error;
  const auto stream = Ref<GInputStream>::adopt(
      soup_session_send(session_.get(), message.get(), deadline.cancellable(), error.out()));
  auto answer = [&]() -> std::expected<HttpAnswer, HttpFailure> {
    if (exchange.too_near) return std::unexpected(HttpFailure{unsafe_address()});
    if (!stream)
      return std::unexpected(
          HttpFailure{error_of(error, host, deadline, exchange.certificate_faults), exchange.sent});
    return read_answer(message.get(), stream.get(), exchange, deadline, host);
  }();
  g_signal_handlers_disconnect_by_data(message.get(), &exchange);
  if (exchange.thrown) std::rethrow_exception(exchange.thrown);
  return answer;
}

}  // namespace sharpen
