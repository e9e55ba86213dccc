#include <gtest/gtest.h>

#include <chrono>
#include <string_view>
#include <thread>

#include "tests/service/raw_client.h"
#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class SlowClient : public testing::Test {
 protected:
  RunningService service_{{"--behaviour", "slow_client_seconds=1"}};
};

TEST_F(SlowClient, WhoNeverSaysAnythingIsHungUpOn) {
  EXPECT_TRUE(RawClient(service_.url).is_hung_up_on());
}

TEST_F(SlowClient, WhoSaysNothingAfterAnAnswerIsHungUpOn) {
  RawClient client(service_.url);
  ASSERT_TRUE(client.say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_TRUE(client.is_hung_up_on());
}

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
  // Whoever gets the place of a connection that is gone has time of their own.
  for (int i = 0; i < 20; ++i) RawClient(service.url);
  EXPECT_EQ(send("GET", service.url + "/healthz").status, 200u);
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
