#include "fake_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <string_view>

namespace sharpen::test {

std::string FakeRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

FakeServer::FakeServer(Handler handler, Identity identity)
    : handler_(std::move(handler)),
      context_(Ref<GMainContext>::adopt(g_main_context_new())),
      loop_(Ref<GMainLoop>::adopt(g_main_loop_new(context_.get(), FALSE))) {
  std::promise<std::string> ready;
  thread_ = std::jthread([this, &ready, &identity] {
    g_main_context_push_thread_default(context_.get());
    server_ = Ref<SoupServer>::adopt(soup_server_new(nullptr, nullptr));
    const bool secure = !identity.key.empty();
    if (secure) {
      const auto certificate = Ref<GTlsCertificate>::adopt(g_tls_certificate_new_from_files(
          identity.certificate.c_str(), identity.key.c_str(), nullptr));
      soup_server_set_tls_certificate(server_.get(), certificate.get());
    }
    soup_server_add_handler(
        server_.get(), nullptr,
        [](SoupServer*, SoupServerMessage* message, const char* path, GHashTable* query,
           gpointer self) { static_cast<FakeServer*>(self)->serve(message, path, query); },
        this, nullptr);
    const int options = SOUP_SERVER_LISTEN_IPV4_ONLY | (secure ? SOUP_SERVER_LISTEN_HTTPS : 0);
    soup_server_listen_local(server_.get(), 0, static_cast<SoupServerListenOptions>(options),
                             nullptr);
    GSList* uris = soup_server_get_uris(server_.get());
    ready.set_value((secure ? "https" : "http") + std::string("://127.0.0.1:") +
                    std::to_string(g_uri_get_port(static_cast<GUri*>(uris->data))));
    g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
    g_main_loop_run(loop_.get());
    soup_server_disconnect(server_.get());
    server_ = nullptr;
    g_main_context_pop_thread_default(context_.get());
  });
  url_ = ready.get_future().get();
}

FakeServer::~FakeServer() {
  GSource* quit = g_idle_source_new();
  g_source_set_callback(
      quit,
      [](gpointer loop) -> gboolean {
        g_main_loop_quit(static_cast<GMainLoop*>(loop));
        return G_SOURCE_REMOVE;
      },
      loop_.get(), nullptr);
  g_source_attach(quit, context_.get());
  g_source_unref(quit);
}

void FakeServer::serve(SoupServerMessage* message, const char* path, GHashTable*) {
  FakeRequest request{.method = soup_server_message_get_method(message),
                      .path = path,
                      .query = {},
                      .body = {},
                      .headers = {}};
  if (const char* query = g_uri_get_query(soup_server_message_get_uri(message)))
    request.query = query;
  SoupMessageBody* body = soup_server_message_get_request_body(message);
  if (body->length > 0) {
    const auto bytes = Ref<GBytes>::adopt(soup_message_body_flatten(body));
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(bytes.get(), &size));
    request.body.assign(data, size);
  }
  soup_message_headers_foreach(
      soup_server_message_get_request_headers(message),
      [](const char* name, const char* value, gpointer data) {
        std::string key(name);
        std::ranges::transform(key, key.begin(), [](char c) { return g_ascii_tolower(c); });
        (*static_cast<std::map<std::string, std::string>*>(data))[key] = value;
      },
      &request.headers);
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  const FakeAnswer answer = handler_(request);
  if (answer.status == 0) {
    const auto connection = Ref<GIOStream>::adopt(soup_server_message_steal_connection(message));
    g_io_stream_close(connection.get(), nullptr, nullptr);
    return;
  }
  soup_server_message_set_status(message, static_cast<guint>(answer.status), nullptr);
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  for (const auto& [name, value] : answer.headers)
    soup_message_headers_replace(headers, name.c_str(), value.c_str());
  if (answer.status != 204)
    soup_server_message_set_response(message, answer.content_type.c_str(), SOUP_MEMORY_COPY,
                                     answer.body.data(), answer.body.size());
}

std::vector<FakeRequest> FakeServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t FakeServer::count(const std::string& method, const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(requests_, [&](const FakeRequest& request) {
    return request.method == method && request.path == path;
  }));
}

RawServer::RawServer(std::function<void(int)> handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::listen(listener_, 16);
  socklen_t length = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] {
    for (int socket; (socket = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      const std::lock_guard lock(mutex_);
      sockets_.push_back(socket);
      workers_.emplace_back([this, socket] { handler_(socket); });
    }
  });
}

RawServer::~RawServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  workers_.clear();
  for (const int socket : sockets_) ::close(socket);
}

std::string gzipped(std::string_view text) {
  const auto packer =
      Ref<GZlibCompressor>::adopt(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
  const auto plain = Ref<GInputStream>::adopt(
      g_memory_input_stream_new_from_data(text.data(), static_cast<gssize>(text.size()), nullptr));
  const auto packed = Ref<GInputStream>::adopt(
      g_converter_input_stream_new(plain.get(), G_CONVERTER(packer.get())));
  std::string bytes;
  std::array<char, 4096> buffer;
  for (gssize count; (count = g_input_stream_read(packed.get(), buffer.data(), buffer.size(),
                                                  nullptr, nullptr)) > 0;)
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  return bytes;
}

std::string read_head(int socket) {
  std::string text;
  std::array<char, 4096> buffer;
  while (!text.contains("\r\n\r\n")) {
    const ssize_t count = ::read(socket, buffer.data(), buffer.size());
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

void write_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void reset(int socket) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  // Half a shutdown keeps the number reserved until the server closes it.
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  ::connect(socket, &nowhere, sizeof nowhere);
}

}  // namespace sharpen::test
