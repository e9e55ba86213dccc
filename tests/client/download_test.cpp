#include "client/http/download.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <fstream>
#include <iterator>

#include "fake_server.h"
#include "test_folder.h"

namespace sharpen {
namespace {

using test::FakeAnswer;
using test::FakeRequest;
using test::FakeServer;
using test::RawServer;

std::string content() {
  std::string text;
  for (int i = 0; text.size() < 100'000; ++i) text += std::to_string(i) + ",";
  return text;
}

class Download : public testing::Test {
 protected:
  Result<void> fetch(const std::string& url, std::uint64_t max_bytes = 1 << 20) {
    return download_file(
        http, url, "http://127.0.0.1:1", file(), max_bytes,
        [this](std::uint64_t done, std::uint64_t total) {
          EXPECT_TRUE(done <= total || !total_is_known);
          last_done = done;
        },
        nullptr);
  }
  std::filesystem::path file() const { return folder.path() / "result"; }
  std::string fetched() const {
    std::ifstream stream(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  TestFolder folder;
  Http http;
  std::uint64_t last_done = 0;
  bool total_is_known = true;
  std::atomic<int> asked = 0;
};

/// Breaks the first `breaks` answers off in the middle.
std::function<void(int)> breaking(std::atomic<int>& asked, int breaks, bool ranges,
                                  std::vector<std::string>& heads) {
  return [&asked, breaks, ranges, &heads](int socket) {
    const std::string head = test::read_head(socket);
    heads.push_back(head);
    const std::string all = content();
    std::size_t from = 0;
    if (const auto at = head.find("Range: bytes="); ranges && at != std::string::npos)
      from = std::stoul(head.substr(at + 13));
    const std::string rest = all.substr(from);
    const std::string status =
        from > 0 ? "206 Partial Content\r\nContent-Range: bytes " + std::to_string(from) + "-" +
                       std::to_string(all.size() - 1) + "/" + std::to_string(all.size())
                 : "200 OK";
    test::write_all(socket, "HTTP/1.1 " + status + "\r\nETag: \"v1\"\r\nContent-Length: " +
                                std::to_string(rest.size()) + "\r\n\r\n");
    test::write_all(socket, asked++ < breaks ? rest.substr(0, 20'000) : rest);
    ::shutdown(socket, SHUT_RDWR);
  };
}

TEST_F(Download, GoesOnWhereItStopped) {
  std::vector<std::string> heads;
  RawServer host(breaking(asked, 3, true, heads));
  const auto done = fetch(host.url() + "/r");
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(fetched(), content());
  EXPECT_EQ(asked, 4);
  EXPECT_TRUE(heads[1].contains("Range: bytes=20000-")) << heads[1];
  EXPECT_TRUE(heads[1].contains("If-Range: \"v1\"")) << heads[1];
  EXPECT_EQ(last_done, content().size());
}

TEST_F(Download, BeginsAgainWhereTheHostHasNoRanges) {
  std::vector<std::string> heads;
  RawServer host(breaking(asked, 1, false, heads));
  ASSERT_TRUE(fetch(host.url() + "/r"));
  EXPECT_EQ(fetched(), content());
}

TEST_F(Download, GivesUpAfterAFewTries) {
  RawServer host([](int socket) {
    test::read_head(socket);
    test::reset(socket);
  });
  const auto done = fetch(host.url() + "/r");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::network);
}

/// Each answer that is whole is cut at the same byte; what is to go on with it is answered by
/// `resumed`.
std::function<void(int)> cut_at_the_same_byte(std::atomic<int>& asked, std::string resumed) {
  return [&asked, resumed = std::move(resumed)](int socket) {
    ++asked;
    const bool goes_on = test::read_head(socket).contains("Range: bytes=");
    test::write_all(socket, goes_on ? resumed
                                    : "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" +
                                          std::string(1000, 'x'));
    ::shutdown(socket, SHUT_RDWR);
  };
}

TEST_F(Download, WhatIsCutAtTheSameByteEndsThoughItCannotBeGoneOnWith) {
  for (const char* resumed :
       {"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\n\r\nxxxx",
        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes */5000\r\nContent-Length: 4\r\n\r\n"
        "xxxx"}) {
    asked = 0;
    RawServer host(cut_at_the_same_byte(asked, resumed));
    const auto done = fetch(host.url() + "/r");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::network) << done.error().text();
    EXPECT_LE(asked, 8) << resumed;
  }
}

TEST_F(Download, APartThatNobodyAskedForIsNotTheWhole) {
  RawServer host([](int socket) {
    test::read_head(socket);
    test::write_all(socket,
                    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-7/8\r\n"
                    "Content-Length: 4\r\n\r\n4567");
    ::shutdown(socket, SHUT_RDWR);
  });
  EXPECT_FALSE(fetch(host.url() + "/r"));
}

TEST_F(Download, APackedResultIsUnpackedAndBegunAnewWhereItBroke) {
  const std::string packed = test::gzipped(content());
  RawServer host([&](int socket) {
    EXPECT_FALSE(test::read_head(socket).contains("Range:")) << "ranges count packed bytes";
    test::write_all(socket,
                    "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Encoding: gzip\r\n"
                    "Content-Length: " +
                        std::to_string(packed.size()) + "\r\n\r\n");
    test::write_all(socket, asked++ == 0 ? packed.substr(0, packed.size() / 2) : packed);
    ::shutdown(socket, SHUT_RDWR);
  });
  total_is_known = false;
  const auto done = fetch(host.url() + "/r");
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(fetched(), content());
  EXPECT_EQ(asked, 2);
}

TEST_F(Download, APackedResultIsBoundedByWhatItUnpacksTo) {
  FakeServer host([](const FakeRequest&) {
    return FakeAnswer{.body = test::gzipped(std::string(100'000, 'x')),
                      .headers = {{"Content-Encoding", "gzip"}}};
  });
  total_is_known = false;
  const auto done = fetch(host.url() + "/", 10'000);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::too_large);
}

TEST_F(Download, AnAddressMayBeRelativeToTheServices) {
  FakeServer host([](const FakeRequest& request) { return FakeAnswer{.body = request.path}; });
  ASSERT_TRUE(download_file(http, "/out/1.png", host.url(), file(), 1 << 20, {}, nullptr));
  EXPECT_EQ(fetched(), "/out/1.png");
}

TEST_F(Download, WhatALawfulAddressEncodesIsAskedForAsItIs) {
  for (const std::string query : {"name=caf%E9.png", "rate=100%", "sig=a%2Fb%3D&n=%C3%BC"}) {
    RawServer host([&](int socket) {
      const std::string head = test::read_head(socket);
      const std::string line = head.substr(0, head.find(" HTTP/"));
      test::write_all(socket, head.starts_with("GET /r ")
                                  ? "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /end?" +
                                        query + "\r\n\r\n"
                                  : "HTTP/1.1 200 OK\r\nContent-Length: " +
                                        std::to_string(line.size()) + "\r\n\r\n" + line);
      ::shutdown(socket, SHUT_RDWR);
    });
    ASSERT_TRUE(fetch(host.url() + "/direct?" + query)) << query;
    EXPECT_EQ(fetched(), "GET /direct?" + query);
    ASSERT_TRUE(fetch(host.url() + "/r")) << query;
    EXPECT_EQ(fetched(), "GET /end?" + query);
  }
}

TEST_F(Download, AnotherPartThanAskedForIsNotMixedIn) {
  RawServer host([&](int socket) {
    test::read_head(socket);
    const std::string all = content();
    const int now = asked++;
    if (now == 0)
      test::write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(all.size()) +
                                  "\r\n\r\n" + all.substr(0, 1000));
    else if (now == 1)
      test::write_all(socket,
                      "HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-9/10\r\nContent-Length: "
                      "10\r\n\r\n0123456789");
    else
      test::write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(all.size()) +
                                  "\r\n\r\n" + all);
    ::shutdown(socket, SHUT_RDWR);
  });
  ASSERT_TRUE(fetch(host.url() + "/r"));
  EXPECT_EQ(fetched(), content());
}

TEST_F(Download, FollowsAFewRedirects) {
  FakeServer host([&](const FakeRequest& request) {
    const int n = std::stoi(request.path.substr(1));
    if (n == 0) return FakeAnswer{.body = "end", .content_type = "image/png"};
    return FakeAnswer{.status = 302, .headers = {{"Location", "/" + std::to_string(n - 1)}}};
  });
  EXPECT_TRUE(fetch(host.url() + "/5"));
  EXPECT_EQ(fetched(), "end");
  const auto endless = fetch(host.url() + "/6");
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().kind, ErrorKind::protocol);
}

TEST_F(Download, ARedirectToAnotherSchemeIsRefused) {
  for (const char* where :
       {"ftp://127.0.0.1/x", "file:///etc/passwd", "", "http://example.org/x"}) {
    FakeServer host([&](const FakeRequest&) {
      return FakeAnswer{.status = 302, .headers = {{"Location", where}}};
    });
    EXPECT_FALSE(fetch(host.url() + "/")) << where;
  }
}

TEST_F(Download, ExpiredAddressesAreToldApart) {
  for (const int status : {400, 401, 403, 404, 410}) {
    FakeServer host([&](const FakeRequest&) { return FakeAnswer{.status = status}; });
    const auto done = fetch(host.url() + "/");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::not_found) << status;
    EXPECT_EQ(host.requests().size(), 1u);
  }
}

TEST_F(Download, ABusyHostIsAskedAgain) {
  FakeServer host([&](const FakeRequest&) {
    if (asked++ < 2) return FakeAnswer{.status = 503};
    return FakeAnswer{.body = "end"};
  });
  ASSERT_TRUE(fetch(host.url() + "/"));
  EXPECT_EQ(fetched(), "end");
}

TEST_F(Download, IsBounded) {
  FakeServer host([](const FakeRequest&) { return FakeAnswer{.body = content()}; });
  const auto done = fetch(host.url() + "/", 1000);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::too_large);
}

TEST_F(Download, ADiskThatIsFullIsAnError) {
  FakeServer host([](const FakeRequest&) { return FakeAnswer{.body = content()}; });
  const auto done =
      download_file(http, host.url() + "/", host.url(), "/dev/full", 1 << 20, {}, nullptr);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::io);
}

/// A resolver of which every name is this computer, in place of the system's.
class EveryNameIsHere {
 public:
  EveryNameIsHere() {
    static const GType type = g_type_register_static_simple(
        G_TYPE_RESOLVER, "EveryNameIsHere", sizeof(GResolverClass),
        [](gpointer made, gpointer) { G_RESOLVER_CLASS(made)->lookup_by_name = look_up; },
        sizeof(GResolver), nullptr, G_TYPE_FLAG_NONE);
    const auto resolver = Ref<GResolver>::adopt(G_RESOLVER(g_object_new(type, nullptr)));
    g_resolver_set_default(resolver.get());
  }
  EveryNameIsHere(const EveryNameIsHere&) = delete;
  EveryNameIsHere& operator=(const EveryNameIsHere&) = delete;
  ~EveryNameIsHere() { g_resolver_set_default(system_.get()); }

 private:
  static GList* look_up(GResolver*, const char*, GCancellable*, GError**) {
    return g_list_append(nullptr, g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4));
  }
  Ref<GResolver> system_ = Ref<GResolver>::adopt(g_resolver_get_default());
};

TEST_F(Download, ANameThatTurnsOutToBeNearIsNotConnectedTo) {
  const EveryNameIsHere resolver;
  RawServer host([&](int socket) {
    ++asked;
    ::shutdown(socket, SHUT_RDWR);
  });
  HttpRequest request;
  request.url = "https://results.example:" + std::to_string(host.port()) + "/r";
  // The service is written as a number, so only the name of the result's host is looked up.
  const auto done =
      download_file(http, request.url, "https://203.0.113.5", file(), 1 << 20, {}, nullptr);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::protocol) << done.error().text();
  EXPECT_EQ(asked, 0) << "it was refused before the connection";
  // A service that is here itself may name a host that is: only its TLS is missing.
  request.nearest = reach_of_service("https://service.example", nullptr);
  EXPECT_EQ(request.nearest, Reach::loopback);
  EXPECT_FALSE(http.send(request, nullptr));
  EXPECT_EQ(asked, 1);
}

TEST(RangeStart, IsReadOrRefused) {
  EXPECT_EQ(range_start("bytes 5-9/10"), 5u);
  EXPECT_EQ(range_start("bytes 5-9/*"), 5u);
  for (const char* bad : {"", "bytes", "bytes */10", "bytes 5", "bytes x-9/10", "pixels 5-9/10",
                          "bytes 99999999999999999999-1/2"})
    EXPECT_FALSE(range_start(bad)) << bad;
}

}  // namespace
}  // namespace sharpen
