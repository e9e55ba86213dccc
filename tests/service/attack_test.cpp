// What strangers try; each attack leaves the service answering others.

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <list>
#include <optional>
#include <thread>

#include "tests/service/raw_client.h"
#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

class Attack : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(send("GET", service_.url + "/healthz").status, 200u); }
  long megabytes_at_most() const {
    const std::string status = contents("/proc/" + std::to_string(service_.pid) + "/status");
    return std::stol(status.substr(status.find("VmHWM:") + 6)) / 1024;
  }
  RunningService service_{{"--max-upload", "1000000", "--behaviour", "slow_client_seconds=2"}};
};

TEST_F(Attack, WithAHundredMegabytesOfHeaders) {
  const long before = megabytes_at_most();
  RawClient client(service_.url);
  ASSERT_TRUE(client.say("GET /image/v1/status HTTP/1.1\r\nHost: localhost\r\n"));
  const std::string line = "X-A: " + std::string(8000, 'a') + "\r\n";
  bool taken = true;
  for (int sent = 0; taken && sent < 100'000'000; sent += int(line.size()))
    taken = client.say(line);
  EXPECT_TRUE(client.is_hung_up_on());
  EXPECT_LT(megabytes_at_most() - before, 300);
}

TEST_F(Attack, WithABodyThatDoesNotEnd) {
  RawClient client(service_.url);
  ASSERT_TRUE(
      client.say("POST /image/v1/sharpen/async HTTP/1.1\r\nHost: localhost\r\n"
                 "Content-Type: multipart/form-data; boundary=b\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n"));
  std::string piece =
      "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\n";
  piece.resize(0x10000, 'a');
  const long before = megabytes_at_most();
  for (int i = 0; i < 200; ++i) {
    if (!client.say("10000\r\n" + piece + "\r\n")) break;
    piece.assign(0x10000, 'a');
  }
  EXPECT_LT(megabytes_at_most() - before, 20);
  std::uintmax_t stored = 0;
  for (const auto& entry : std::filesystem::directory_iterator(service_.state() / "spool"))
    stored += entry.file_size();
  EXPECT_LE(stored, 2'100'000u) << "not more than one upload may have, and a form around it";
}

TEST_F(Attack, WithAPictureOfTenThousandMegapixels) {
  const auto word = [](std::uint32_t value) {
    return std::string{char(value >> 24), char(value >> 16), char(value >> 8), char(value)};
  };
  const auto chunk = [&](const std::string& name, const std::string& data) {
    const std::string body = name + data;
    const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), uInt(body.size()));
    return word(std::uint32_t(data.size())) + body + word(std::uint32_t(sum));
  };
  const std::string png =
      "\x89PNG\r\n\x1a\n" +
      chunk("IHDR", word(100'000) + word(100'000) + std::string("\x08\x02\x00\x00\x00", 5)) +
      chunk("IDAT", "x") + chunk("IEND", "");
  const long before = megabytes_at_most();
  EXPECT_EQ(service_.submit({{"image", png, "a.png"}}).status, 413u);
  EXPECT_LT(megabytes_at_most() - before, 20);
  EXPECT_TRUE(std::filesystem::is_empty(service_.state() / "spool"));
  EXPECT_TRUE(std::filesystem::is_empty(service_.state() / "sources"));
}

TEST_F(Attack, WithPathsInIdsAndNames) {
  for (const char* id : {"../../../../etc/passwd", "..%2f..%2fjobs.sqlite", "%2e%2e/lock", "."}) {
    const unsigned status = service_.status(id).status;
    EXPECT_TRUE(status == 400 || status == 404) << id << ": " << status;
    const Response file = send("GET", service_.download_url + "/output/" + id);
    EXPECT_TRUE(file.status == 400 || file.status == 403 || file.status == 404)
        << id << ": " << file.status;
  }
  EXPECT_EQ(service_.submit({{"source_id", "../lock"}}).status, 400u);
  const std::string id = service_.submitted({{"image", picture(), "../../../tmp/x/evil.png"}});
  EXPECT_EQ(service_.status(id).text("filename"), "evil.png");
}

TEST_F(Attack, WithMethodsThatNobodyOffers) {
  for (const char* method : {"PUT", "PATCH", "TRACE", "OPTIONS", "PROPFIND", "CONNECT"}) {
    RawClient client(service_.url);
    ASSERT_TRUE(client.say(std::string(method) + " /image/v1/status HTTP/1.1\r\nHost: localhost\r\n"
                                                 "Connection: close\r\n\r\n"));
    const std::string answer = client.hear();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 501"))
        << method << ": " << answer;
  }
}

TEST_F(Attack, WithManyConnections) {
  RunningService service({"--max-connections", "0"});
  std::list<RawClient> idle;
  for (int i = 0; i < 400; ++i) idle.emplace_back(service.url);
  EXPECT_EQ(service.submit().status, 200u);
}

TEST_F(Attack, WithManyConnectionsFromOneAddress) {
  RunningService service({"--max-connections", "5", "--behaviour", "slow_client_seconds=3"});
  std::list<RawClient> idle;
  for (int i = 0; i < 5; ++i) idle.emplace_back(service.url);
  EXPECT_EQ(send("GET", service.url + "/healthz").status, 0u);
  EXPECT_EQ(send("GET", service.download_url + "/healthz").status, 200u) << "the other port";
  Response later;
  for (int tries = 0; tries < 200 && later.status != 200; ++tries) {
    later = send("GET", service.url + "/healthz");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(later.status, 200u) << "those that say nothing are hung up on";
}

TEST_F(Attack, WithARequestOnAConnectionTooMany) {
  RunningService service({"--max-connections", "1"});
  RawClient first(service.url);
  ASSERT_TRUE(first.say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  ASSERT_TRUE(first.hear().contains(" 200 "));
  // The request has come whole when the service sees the connection.
  ASSERT_EQ(::kill(service.pid, SIGSTOP), 0);
  RawClient second(service.url);
  const Payload body = form({{"image", picture(), "a.png"}});
  const bool said =
      second.say("POST /image/v1/sharpen/async HTTP/1.1\r\nHost: localhost\r\nContent-Type: " +
                 body.content_type + "\r\nContent-Length: " + std::to_string(body.bytes.size()) +
                 "\r\n\r\n" + body.bytes);
  ASSERT_EQ(::kill(service.pid, SIGCONT), 0);
  EXPECT_TRUE(said);
  EXPECT_TRUE(second.is_hung_up_on());
  ASSERT_TRUE(
      first.say("GET /image/v1/status HTTP/1.1\r\nHost: localhost\r\n"
                "Connection: close\r\n\r\n"));
  std::string answer;
  for (std::string more = first.hear(); !more.empty(); more = first.hear()) answer += more;
  EXPECT_TRUE(answer.contains(" 200 ") && answer.ends_with("[]")) << answer;
}

class AttackOverTls : public testing::Test {
 protected:
  AttackOverTls() {
    const std::string made =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
        "-subj /CN=localhost -keyout " +
        path("key.pem") + " -out " + path("cert.pem") + " 2>/dev/null";
    EXPECT_EQ(std::system(made.c_str()), 0);
    service_.emplace(
        std::vector<std::string>{"--tls-cert", path("cert.pem"), "--tls-key", path("key.pem")});
  }
  bool speaks(const std::string& version) const {
    return std::system(("timeout 30 openssl s_client -connect " + service_->url.substr(8) + " -" +
                        version + " -cipher DEFAULT:@SECLEVEL=0 </dev/null >/dev/null 2>&1")
                           .c_str()) == 0;
  }
  std::string path(const char* name) const { return (folder_.path() / name).string(); }

  TestFolder folder_;
  std::optional<RunningService> service_;
};

TEST_F(AttackOverTls, InOldVersions) {
  ASSERT_TRUE(service_->url.starts_with("https://")) << service_->url;
  EXPECT_FALSE(speaks("tls1"));
  EXPECT_FALSE(speaks("tls1_1"));
  EXPECT_TRUE(speaks("tls1_2"));
}

TEST_F(AttackOverTls, WithManyConnectionsThatSayNothing) {
  const std::string address = "http" + service_->url.substr(5);
  std::list<RawClient> silent;
  for (int i = 0; i < 200; ++i) silent.emplace_back(address);
  EXPECT_TRUE(speaks("tls1_3"));
}

TEST_F(AttackOverTls, WithAHandshakeThatStops) {
  service_.emplace(std::vector<std::string>{"--tls-cert", path("cert.pem"), "--tls-key",
                                            path("key.pem"), "--behaviour",
                                            "slow_client_seconds=2"});
  std::list<RawClient> begun;
  for (int i = 0; i < 30; ++i)
    ASSERT_TRUE(begun.emplace_back("http" + service_->url.substr(5))
                    .say(std::string("\x16\x03\x01\x02\x00\x01", 6)));
  for (RawClient& each : begun) EXPECT_TRUE(each.is_hung_up_on());
  EXPECT_TRUE(speaks("tls1_3"));
}

TEST(KeysAtSpeed, FloodNoLog) {
  const TestFolder folder;
  std::ofstream(folder.path() / "key") << "the-right-key\n";
  RunningService service({"--log", "--metrics", "--key-file", (folder.path() / "key").string()},
                         folder.path() / "log");
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(
        send("GET", service.image("/status"), {{"X-API-Key", "wrong-key-" + std::to_string(i)}})
            .status,
        401u);
  EXPECT_EQ(service.submit({}, {{"X-API-Key", "the-right-key"}}).status, 200u);
  const std::string log = contents(folder.path() / "log");
  EXPECT_LE(std::ranges::count(log, '\n'), 25) << log;
  EXPECT_TRUE(log.contains("submitted")) << log;
  EXPECT_FALSE(log.contains("the-right-key") || log.contains("wrong-key-")) << log;
}

}  // namespace
}  // namespace sharpen::test
