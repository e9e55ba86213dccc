#pragma once

#include <libsoup/soup.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/glib_ref.h"

namespace sharpen::test {

struct FakeRequest {
  std::string method, path, query, body;
  std::map<std::string, std::string> headers;  ///< names in lower case

  [[nodiscard]] std::string header(const std::string& name) const;
};

struct FakeAnswer {
  int status = 200;  ///< 0 breaks the connection instead of answering
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// A server on a free port of loopback, in its own thread. The handler runs in that thread.
class FakeServer {
 public:
  using Handler = std::function<FakeAnswer(const FakeRequest&)>;

  /// Files of a certificate and its key, for https.
  struct Identity {
    std::string certificate, key;
  };

  explicit FakeServer(Handler handler, Identity identity = {});
  ~FakeServer();

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] std::vector<FakeRequest> requests() const;
  [[nodiscard]] std::size_t count(const std::string& method, const std::string& path) const;

 private:
  void serve(SoupServerMessage* message, const char* path, GHashTable* query);

  Handler handler_;
  std::string url_;
  mutable std::mutex mutex_;
  std::vector<FakeRequest> requests_;
  Ref<GMainContext> context_;
  Ref<GMainLoop> loop_;
  Ref<SoupServer> server_;
  std::jthread thread_;
};

/// A listener whose connections are handled byte by byte, each in a thread of its own, for what a
/// well-behaved server cannot do. The handler gets a socket that is closed after it.
class RawServer {
 public:
  explicit RawServer(std::function<void(int socket)> handler);
  ~RawServer();

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int listener_ = -1, port_ = 0;
  std::function<void(int)> handler_;
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::jthread> workers_;
  std::jthread acceptor_;
};

/// As a server packs its answers.
std::string gzipped(std::string_view text);
/// Reads from a socket until the head of a request has come; returns all that was read.
std::string read_head(int socket);
void write_all(int socket, std::string_view text);
/// Closes with a reset instead of an orderly end.
void reset(int socket);

}  // namespace sharpen::test
