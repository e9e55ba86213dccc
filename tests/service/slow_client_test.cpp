#include <gio/gio.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string_view>
#include <thread>

#include "base/glib_error.h"
#include "base/glib_ref.h"
#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// A client that says what it wants, when it wants.
class RawClient {
 public:
  explicit RawClient(const std::string& url) {
    const auto client = Ref<GSocketClient>::adopt(g_socket_client_new());
    connection_ = Ref<GSocketConnection>::adopt(
        g_socket_client_connect_to_uri(client.get(), url.c_str(), 80, nullptr, nullptr));
    if (!connection_) throw std::runtime_error("no connection to " + url);
    g_socket_set_timeout(g_socket_connection_get_socket(connection_.get()), 20);
  }
  /// False once the service has hung up.
  bool say(std::string_view text) {
    return g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection_.get())),
                                     text.data(), text.size(), nullptr, nullptr, nullptr);
  }
  /// Whether the service hangs up (in the end, if only because of our own limit).
  bool is_hung_up_on() {
    std::array<char, 4096> ignored{};
    while (true) {
      GErrorGuard error;
      const auto count =
          g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection_.get())),
                              ignored.data(), ignored.size(), nullptr, error.out());
      const bool ours = error.matches(G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      if (count <= 0) return !ours;
    }
  }

 private:
  Ref<GSocketConnection> connection_;
};

class SlowClient : public testing::Test {
 protected:
  RunningService service_{{"--behaviour", "slow_client_seconds=1"}};
};

TEST_F(SlowClient, WhoseHeadStopsIsHungUpOn) {
  RawClient client(service_.url);
  ASSERT_TRUE(client.say("GET /image/v1/status HTT"));
  EXPECT_TRUE(client.is_hung_up_on());
  EXPECT_EQ(send("GET", service_.image("/status")).status, 200u);
}

TEST_F(SlowClient, WhoseHeadDripsIsHungUpOn) {
  RawClient client(service_.url);
  ASSERT_TRUE(client.say("GET /image/v1/status HTTP/1.1\r\nHost: "));
  const auto end = Clock::now() + 20s;
  bool goes_on = true;
  while (goes_on && Clock::now() < end) {
    goes_on = client.say("x");
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_FALSE(goes_on);
}

TEST_F(SlowClient, WhoseBodyStopsIsHungUpOn) {
  RawClient client(service_.url);
  ASSERT_TRUE(
      client.say("POST /image/v1/estimate HTTP/1.1\r\nHost: a\r\nContent-Type: "
                 "application/json\r\nContent-Length: 100\r\n\r\n{"));
  EXPECT_TRUE(client.is_hung_up_on());
  EXPECT_EQ(send("GET", service_.image("/status")).status, 200u);
}

TEST_F(SlowClient, IsNotOneWhoWaitsForALongJob) {
  RunningService service({"--behaviour", "slow_client_seconds=1", "--behaviour",
                          "processing_ms=2500", "--behaviour", "aimlapi_form=url"});
  const auto bytes = picture();
  const OwnedChars encoded(
      g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size()));
  const auto answer = send("POST", service.url + "/v1/images/generations", {},
                           json_body(R"({"model":"topaz-labs/sharpen","mode":"Standard",)"
                                     R"("image_url":"data:image/png;base64,)" +
                                     std::string(encoded.get()) + R"("})"));
  EXPECT_EQ(answer.status, 200u) << answer.body;
}

}  // namespace
}  // namespace sharpen::test
