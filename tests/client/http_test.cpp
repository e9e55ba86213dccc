#include "client/http/http.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "client/http/deadline.h"
#include "fake_server.h"
#include "no_threads.h"
#include "test_folder.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using test::FakeAnswer;
using test::FakeRequest;
using test::FakeServer;
using test::RawServer;
using Clock = std::chrono::steady_clock;

HttpRequest get(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}

HttpRequest post(std::string url, std::string body) {
  HttpRequest request = get(std::move(url));
  request.method = "POST";
  request.content_type = "text/plain";
  request.body.add_text(std::move(body));
  return request;
}

std::filesystem::path file_of(const TestFolder& folder, std::size_t size) {
  const auto path = folder.path() / "body";
  std::ofstream(path, std::ios::binary) << std::string(size, 'x');
  return path;
}

/// Cancels from another thread after a while, and measures how long the call took after that.
class CancelSoon {
 public:
  explicit CancelSoon(std::chrono::milliseconds after = 150ms)
      : cancellable_(Ref<GCancellable>::adopt(g_cancellable_new())), thread_([this, after] {
          std::this_thread::sleep_for(after);
          when_ = Clock::now();
          g_cancellable_cancel(cancellable_.get());
        }) {}
  GCancellable* get() const { return cancellable_.get(); }
  Clock::duration delay() {
    const auto now = Clock::now();
    thread_.join();
    return now - when_;
  }

 private:
  Ref<GCancellable> cancellable_;
  Clock::time_point when_;
  std::jthread thread_;
};

TEST(Http, SendsAFileWithItsLengthAndReportsIt) {
  const TestFolder folder;
  FakeServer server([](const FakeRequest& request) {
    return FakeAnswer{.body = std::to_string(request.body.size())};
  });
  HttpRequest request = get(server.url() + "/in");
  request.method = "POST";
  request.content_type = "image/png";
  ASSERT_TRUE(request.body.add_file(file_of(folder, 300000)));
  std::uint64_t last = 0, total = 0;
  request.on_sent = [&](std::uint64_t done, std::uint64_t all) {
    EXPECT_GE(done, last);
    last = done;
    total = all;
  };
  Http http;
  const auto answer = http.send(request, nullptr);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "300000");
  EXPECT_EQ(last, 300000u);
  EXPECT_EQ(total, 300000u);
  const auto seen = server.requests().at(0);
  EXPECT_EQ(seen.header("content-length"), "300000");
  EXPECT_EQ(seen.header("content-type"), "image/png");
  EXPECT_EQ(seen.header("accept-encoding"), "identity");
  EXPECT_EQ(seen.header("transfer-encoding"), "");
}

TEST(Http, NeverFollowsARedirect) {
  FakeServer other([](const FakeRequest&) { return FakeAnswer{}; });
  FakeServer server([&](const FakeRequest&) {
    return FakeAnswer{.status = 301, .headers = {{"Location", other.url() + "/x"}}};
  });
  HttpRequest request = post(server.url() + "/x", "body");
  request.headers.emplace_back("X-API-Key", "secret");
  Http http;
  const auto answer = http.send(request, nullptr);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 301);
  EXPECT_EQ(answer->header("location"), other.url() + "/x");
  EXPECT_TRUE(other.requests().empty());
}

TEST(Http, PlainHttpIsForLoopbackOnly) {
  Http http;
  for (const char* url : {"http://example.org/", "ftp://127.0.0.1/", "nonsense", ""}) {
    const auto answer = http.send(get(url), nullptr);
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().error.kind, ErrorKind::bad_argument) << url;
    EXPECT_EQ(answer.error().sent, Sent::nothing);
  }
}

TEST(Http, BoundsTheAnswerByItsLengthAndByItsBytes) {
  RawServer unannounced([](int socket) {
    test::read_head(socket);
    test::write_all(socket,
                    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(5000, 'x'));
    ::shutdown(socket, SHUT_WR);
  });
  FakeServer announced(
      [](const FakeRequest&) { return FakeAnswer{.body = std::string(5000, 'x')}; });
  for (const std::string& url : {unannounced.url(), announced.url()}) {
    Http http;
    HttpRequest request = get(url + "/");
    request.max_bytes = 4999;
    const auto answer = http.send(request, nullptr);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.kind, ErrorKind::too_large);
    request.max_bytes = 5000;
    const auto good = http.send(request, nullptr);
    ASSERT_TRUE(good);
    EXPECT_EQ(good->body.size(), 5000u);
  }
}

TEST(Http, AnErrorsBodyIsCutNotRefused) {
  FakeServer server([](const FakeRequest&) {
    return FakeAnswer{.status = 500, .body = std::string(3 << 20, 'x')};
  });
  Http http;
  HttpRequest request = get(server.url() + "/");
  request.max_bytes = 10;
  for (int i = 0; i < 2; ++i) {
    const auto answer = http.send(request, nullptr);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 500);
    EXPECT_GT(answer->body.size(), 1000u);
    EXPECT_LT(answer->body.size(), std::size_t{1} << 20);
  }
}

TEST(Http, APackedAnswerIsUnpackedThoughNobodyAskedForIt) {
  for (const int status : {200, 500}) {
    FakeServer server([&](const FakeRequest& request) {
      EXPECT_EQ(request.header("accept-encoding"), "identity");
      return FakeAnswer{.status = status,
                        .body = test::gzipped(R"({"message":"hello"})"),
                        .headers = {{"Content-Encoding", "gzip"}}};
    });
    const auto answer = Http().send(get(server.url() + "/"), nullptr);
    ASSERT_TRUE(answer) << answer.error().error.text();
    EXPECT_EQ(answer->body, R"({"message":"hello"})") << status;
  }
}

TEST(Http, TheSinkSeesTheHeadAndMayStop) {
  FakeServer server([](const FakeRequest& request) {
    return FakeAnswer{.status = request.path == "/bad" ? 404 : 200, .body = "content"};
  });
  Http http;
  std::string taken;
  HttpRequest request = get(server.url() + "/good");
  request.sink = [&](const HttpAnswer& head, std::span<const std::byte> piece) -> Result<void> {
    EXPECT_EQ(head.status, 200);
    taken.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    return {};
  };
  ASSERT_TRUE(http.send(request, nullptr));
  EXPECT_EQ(taken, "content");
  request.url = server.url() + "/bad";
  const auto refused = http.send(request, nullptr);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->body, "content");
  request.url = server.url() + "/good";
  request.sink = [](const HttpAnswer&, std::span<const std::byte>) -> Result<void> {
    return fail(ErrorKind::io, "full");
  };
  const auto stopped = http.send(request, nullptr);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().error.message, "full");
}

TEST(Http, SaysHowMuchWasSentWhenNoAnswerCame) {
  int unused = -1;
  {
    const RawServer gone([](int) {});
    unused = gone.port();
  }
  Http http;
  auto failed = http.send(post("http://127.0.0.1:" + std::to_string(unused) + "/", "x"), nullptr);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().error.kind, ErrorKind::network);
  EXPECT_EQ(failed.error().sent, Sent::nothing);

  RawServer resets([](int socket) {
    const std::string head = test::read_head(socket);
    char body;
    if (head.contains("Content-Length: 1\r\n") && head.ends_with("\r\n\r\n"))
      ::recv(socket, &body, 1, MSG_WAITALL);
    test::reset(socket);
  });
  failed = http.send(post(resets.url() + "/", "x"), nullptr);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().sent, Sent::all);

  failed = http.send(post(resets.url() + "/", std::string(64 << 20, 'x')), nullptr);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().error.kind, ErrorKind::network);
  EXPECT_EQ(failed.error().sent, Sent::part);
}

TEST(Http, APostIsNeverRepeatedOnAStaleConnection) {
  std::atomic<int> posts = 0;
  RawServer server([&](int socket) {
    while (true) {
      const std::string head = test::read_head(socket);
      if (head.empty()) return;
      if (head.starts_with("POST")) {
        ++posts;
        test::reset(socket);
        return;
      }
      test::write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  Http http;
  ASSERT_TRUE(http.send(get(server.url() + "/"), nullptr));
  EXPECT_FALSE(http.send(post(server.url() + "/", "x"), nullptr));
  EXPECT_EQ(posts, 1);
}

TEST(Http, AnAnswerThatIsCutOffIsAnError) {
  RawServer server([](int socket) {
    test::read_head(socket);
    test::write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
    ::shutdown(socket, SHUT_RDWR);
  });
  Http http;
  const auto answer = http.send(get(server.url() + "/"), nullptr);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.kind, ErrorKind::network);
}

TEST(Http, ADripDoesNotLastForEver) {
  RawServer server([](int socket) {
    test::read_head(socket);
    test::write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 30; ++i) {
      test::write_all(socket, "x");
      std::this_thread::sleep_for(50ms);
    }
  });
  Http http;
  HttpRequest request = get(server.url() + "/");
  request.deadline = 1s;
  const auto begin = Clock::now();
  const auto answer = http.send(request, nullptr);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.kind, ErrorKind::network);
  EXPECT_LT(Clock::now() - begin, 2s);
}

struct Phase {
  const char* name;
  const char* scheme;
  void (*serve)(int socket);
  std::size_t body;
};

class HttpCancel : public testing::TestWithParam<Phase> {};

TEST_P(HttpCancel, EndsWithinHalfASecond) {
  const Phase& phase = GetParam();
  RawServer server(phase.serve);
  const TestFolder folder;
  HttpRequest request =
      get(std::string(phase.scheme) + "://127.0.0.1:" + std::to_string(server.port()) + "/");
  if (phase.body > 0) {
    request.method = "POST";
    request.content_type = "text/plain";
    ASSERT_TRUE(request.body.add_file(file_of(folder, phase.body)));
  }
  CancelSoon soon;
  Http http;
  const auto answer = http.send(request, soon.get());
  EXPECT_LT(soon.delay(), 500ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.kind, ErrorKind::cancelled);
}

void wait_for_end(int socket) {
  char byte;
  while (::read(socket, &byte, 1) > 0) {
  }
}

INSTANTIATE_TEST_SUITE_P(
    Phases, HttpCancel,
    testing::Values(Phase{"handshake", "https", [](int socket) { wait_for_end(socket); }, 0},
                    Phase{"uploading", "http",
                          [](int socket) {
                            test::read_head(socket);
                            char stop;
                            ::recv(socket, &stop, 1, MSG_PEEK);
                            std::this_thread::sleep_for(2s);
                          },
                          64 << 20},
                    Phase{"waiting", "http", [](int socket) { wait_for_end(socket); }, 10},
                    Phase{"head", "http",
                          [](int socket) {
                            test::read_head(socket);
                            test::write_all(socket, "HTTP/1.1 200 OK\r\nConte");
                            wait_for_end(socket);
                          },
                          0},
                    Phase{"downloading", "http",
                          [](int socket) {
                            test::read_head(socket);
                            test::write_all(socket,
                                            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nxxx");
                            wait_for_end(socket);
                          },
                          0}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(HttpCancelConnecting, EndsWithinHalfASecond) {
  // A listener that accepts nothing and whose queue is full does not answer a SYN.
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  socklen_t length = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  std::array<int, 4> fillers;
  for (int& filler : fillers) {
    filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    ::connect(filler, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  CancelSoon soon;
  Http http;
  const auto answer = http.send(
      get("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/"), soon.get());
  EXPECT_LT(soon.delay(), 500ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.kind, ErrorKind::cancelled);
  EXPECT_EQ(answer.error().sent, Sent::nothing);
  for (const int filler : fillers) ::close(filler);
  ::close(listener);
}

TEST(Http, ACancelBeforehandSendsNothing) {
  FakeServer server([](const FakeRequest&) { return FakeAnswer{}; });
  const auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  g_cancellable_cancel(cancellable.get());
  Http http;
  const auto answer = http.send(get(server.url() + "/"), cancellable.get());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.kind, ErrorKind::cancelled);
  EXPECT_TRUE(server.requests().empty());
}

TEST(Http, WithoutAThreadARequestIsAnErrorAndNotSent) {
  FakeServer server([](const FakeRequest&) { return FakeAnswer{.body = "{}"}; });
  Http http;
  {
    const test::NoThreads none;
    const auto answer = http.send(get(server.url() + "/"), nullptr);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.kind, ErrorKind::network);
    EXPECT_EQ(answer.error().sent, Sent::nothing);
    EXPECT_TRUE(answer.error().error.message.contains("thread")) << answer.error().error.message;
  }
  EXPECT_TRUE(http.send(get(server.url() + "/"), nullptr));
}

TEST(WaitFor, WaitsOrIsCancelled) {
  EXPECT_TRUE(wait_for(10ms, nullptr));
  const auto idle = Ref<GCancellable>::adopt(g_cancellable_new());
  EXPECT_TRUE(wait_for(10ms, idle.get()));
  CancelSoon soon(50ms);
  EXPECT_FALSE(wait_for(10s, soon.get()));
  EXPECT_LT(soon.delay(), 500ms);
}

/// A server certificate of our own making, as an own server would have it.
class Tls : public testing::Test {
 protected:
  void SetUp() override { make_certificate("-days 2"); }
  void make_certificate(const std::string& validity) const {
    const std::string command = "openssl req -x509 -newkey rsa:2048 -nodes " + validity +
                                " -subj /CN=sharpen-test "
                                "-addext subjectAltName=IP:127.0.0.1 -keyout '" +
                                key().string() + "' -out '" + certificate().string() +
                                "' 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  std::filesystem::path key() const { return folder_.path() / "key.pem"; }
  std::filesystem::path certificate() const { return folder_.path() / "cert.pem"; }

  TestFolder folder_;
};

TEST_F(Tls, AnUnknownCertificateIsRefusedAndTheUsersOwnIsTrusted) {
  test::FakeServer server([](const FakeRequest&) { return FakeAnswer{.body = "{}"}; },
                          {.certificate = certificate().string(), .key = key().string()});
  Http strict;
  HttpRequest request = post(server.url() + "/", "x");
  request.headers.emplace_back("X-API-Key", "secret");
  const auto refused = strict.send(request, nullptr);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.kind, ErrorKind::tls);
  EXPECT_TRUE(refused.error().error.message.contains("self-signed"));
  EXPECT_EQ(refused.error().sent, Sent::nothing);
  EXPECT_TRUE(server.requests().empty());
  Http trusting(certificate().string());
  const auto answer = trusting.send(request, nullptr);
  ASSERT_TRUE(answer) << answer.error().error.message;
  EXPECT_EQ(answer->body, "{}");
  // The name is still checked.
  request.url = "https://localhost" + server.url().substr(server.url().rfind(':')) + "/";
  const auto other_name = trusting.send(request, nullptr);
  ASSERT_FALSE(other_name);
  EXPECT_EQ(other_name.error().error.kind, ErrorKind::tls);
  EXPECT_TRUE(other_name.error().error.message.contains("another host"))
      << other_name.error().error.message;
}

TEST_F(Tls, ACertificateThatHasExpiredIsSaidToHave) {
  make_certificate("-not_before 20200101000000Z -not_after 20200201000000Z");
  test::FakeServer server([](const FakeRequest&) { return FakeAnswer{.body = "{}"}; },
                          {.certificate = certificate().string(), .key = key().string()});
  for (const std::string& trusted : {std::string(), certificate().string()}) {
    const auto refused = Http(trusted).send(get(server.url() + "/"), nullptr);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error.kind, ErrorKind::tls);
    EXPECT_TRUE(refused.error().error.message.contains("expired")) << refused.error().error.message;
  }
}

TEST_F(Tls, ACancelOfAStalledUploadEndsSoonToo) {
  RawServer server([this](int socket) {
    const auto plain = Ref<GSocket>::adopt(g_socket_new_from_fd(::dup(socket), nullptr));
    const auto stream =
        Ref<GSocketConnection>::adopt(g_socket_connection_factory_create_connection(plain.get()));
    const auto identity = Ref<GTlsCertificate>::adopt(
        g_tls_certificate_new_from_files(certificate().c_str(), key().c_str(), nullptr));
    const auto secure = Ref<GIOStream>::adopt(
        g_tls_server_connection_new(G_IO_STREAM(stream.get()), identity.get(), nullptr));
    char byte;
    g_input_stream_read(g_io_stream_get_input_stream(secure.get()), &byte, 1, nullptr, nullptr);
    std::this_thread::sleep_for(1500ms);
    test::reset(socket);
  });
  HttpRequest request = get("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  request.method = "POST";
  request.content_type = "text/plain";
  ASSERT_TRUE(request.body.add_file(file_of(folder_, 64 << 20)));
  CancelSoon soon(500ms);
  Http http(certificate().string());
  const auto answer = http.send(request, soon.get());
  EXPECT_LT(soon.delay(), 500ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.kind, ErrorKind::cancelled);
  EXPECT_EQ(answer.error().sent, Sent::part);
}

TEST_F(Tls, AMissingCertificateFileIsAnError) {
  Http http((folder_.path() / "none.pem").string());
  const auto answer = http.send(get("http://127.0.0.1:9/"), nullptr);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.kind, ErrorKind::io);
}

}  // namespace
}  // namespace sharpen
