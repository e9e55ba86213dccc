#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <thread>

#include "base/glib_error.h"
#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

using testing::HasSubstr;

std::string base64(const std::string& bytes) {
  return OwnedChars(g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size()))
      .get();
}

std::string request(const std::string& members = R"("mode":"Strong")",
                    const std::string& model = "topaz-labs/sharpen") {
  return R"({"model":")" + model + R"(",)" + members + R"(,"output_format":"png","image_url":")" +
         "data:image/png;base64," + base64(picture()) + "\"}";
}

Response generate(const RunningService& service, const std::string& body,
                  const Headers& headers = {}) {
  return send("POST", service.url + "/v1/images/generations", headers, json_body(body));
}

TEST(Generations, AnswerWithAnAddress) {
  RunningService service;
  const Response response = generate(service, request(), {{"X-Client-Request-Id", "mine-1"}});
  ASSERT_EQ(response.status, 200u) << response.body;
  const auto data = response.json()["data"].elements();
  ASSERT_EQ(data.size(), 1u);
  EXPECT_EQ(send("GET", data[0]["url"].string().value_or("")).body, picture());
  EXPECT_EQ(response.json()["meta"]["usage"]["tokens_used"].integer(), 210'000);
  EXPECT_EQ(response.header("x-client-request-id"), "mine-1");
  EXPECT_NE(response.header("x-inference-id"), "");
}

TEST(Generations, AnswerInBase64) {
  RunningService service({"--behaviour", "aimlapi_form=b64_json", "--behaviour",
                          "aimlapi_status=201", "--behaviour", "aimlapi_usage=credits_used"});
  const Response response = generate(service, request());
  ASSERT_EQ(response.status, 201u) << response.body;
  const auto data = response.json()["data"].elements();
  ASSERT_EQ(data.size(), 1u) << response.body;
  EXPECT_EQ(data[0]["b64_json"].string(), base64(picture()));
  EXPECT_EQ(response.json()["meta"]["usage"]["credits_used"].integer(), 210'000);
}

TEST(Generations, TakeGenerativeModes) {
  RunningService service;
  EXPECT_EQ(generate(service, request(R"("mode":"Super Focus V2","focus_boost":0.5)",
                                      "topaz-labs/sharpen-gen"))
                .status,
            200u);
  EXPECT_EQ(generate(service, request(R"("mode":"Super Focus","strength":1,"seed":7)",
                                      "topaz-labs/sharpen-gen"))
                .status,
            200u);
}

TEST(Generations, RefuseInTheirOwnForm) {
  RunningService service;
  const std::vector<std::pair<std::string, const char*>> table = {
      {request(R"("mode":"Portrait")"), "mode"},
      {request(R"("mode":"Strong")", "flux"), "Invalid enum value"},
      {request(R"("mode":"Strong","strength":"0.5")"), "Expected number at strength"},
      {request(R"("mode":"Strong","strength":7)"), "Invalid strength"},
      {R"({"model":"topaz-labs/sharpen","mode":"Strong"})", "Required at image_url"},
      {R"({"model":"topaz-labs/sharpen","mode":"Strong","image_url":"https://example.org/a.png"})",
       "fetches no addresses"},
      {R"({"model":"topaz-labs/sharpen","mode":"Strong","image_url":"data:image/png,abc"})",
       "base64"},
      {R"({"model":"topaz-labs/sharpen","mode":"Strong","image_url":"data:;base64,a!bc"})",
       "base64"},
      {"{", "JSON"},
  };
  for (const auto& [body, sentence] : table) {
    const Response response = generate(service, body);
    EXPECT_EQ(response.status, 400u) << body.substr(0, 100);
    EXPECT_THAT(response.text("message"), HasSubstr(sentence));
    EXPECT_EQ(response.json()["statusCode"].integer(), 400);
    EXPECT_EQ(response.text("path"), "/v1/images/generations");
    EXPECT_TRUE(g_uuid_string_is_valid(response.text("requestId").c_str()));
    EXPECT_NE(response.text("timestamp"), "");
  }
  EXPECT_EQ(generate(service, R"({"model":"topaz-labs/sharpen","mode":"Strong",)"
                              R"("image_url":"data:image/png;base64,aGVsbG8gd29ybGQh"})")
                .status,
            415u);
}

TEST(Generations, HaveNo402) {
  RunningService service({"--balance", "0"});
  const Response response = generate(service, request());
  EXPECT_EQ(response.status, 403u);
  EXPECT_THAT(response.text("message"), HasSubstr("run out of credits"));
}

TEST(Generations, MayRefuseDataAddresses) {
  RunningService service(
      {"--behaviour", "aimlapi_data_uri=refuse", "--behaviour", "aimlapi_status_code=string"});
  const Response response = generate(service, request());
  EXPECT_EQ(response.status, 400u);
  EXPECT_EQ(response.text("statusCode"), "400");
  EXPECT_THAT(response.text("message"), HasSubstr("Body validation error!"));
}

TEST(Generations, GiveUpWithATimeout) {
  RunningService service(
      {"--behaviour", "aimlapi_timeout_ms=100", "--behaviour", "processing_ms=600000"});
  const Response response = generate(service, request());
  EXPECT_EQ(response.status, 504u);
  EXPECT_EQ(response.text("message"), "Generation timeout");
}

TEST(Generations, StopWhenTheClientHasGone) {
  RunningService service({"--behaviour", "processing_ms=600000"});
  const auto uri = Ref<GUri>::adopt(g_uri_parse(service.url.c_str(), G_URI_FLAGS_NONE, nullptr));
  const auto client = Ref<GSocketClient>::adopt(g_socket_client_new());
  auto connection = Ref<GSocketConnection>::adopt(g_socket_client_connect_to_host(
      client.get(), "127.0.0.1", static_cast<guint16>(g_uri_get_port(uri.get())), nullptr,
      nullptr));
  const std::string body = request();
  const std::string text =
      "POST /v1/images/generations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
      "application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection.get())),
                            text.data(), text.size(), nullptr, nullptr, nullptr);
  std::string id;
  while (id.empty()) {
    const auto jobs = send("GET", service.image("/status")).json().elements();
    if (!jobs.empty()) id = jobs[0]["process_id"].string().value_or("");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  (void)service.await(id, "Processing");
  g_io_stream_close(G_IO_STREAM(connection.get()), nullptr, nullptr);
  (void)service.await(id, "Cancelled");
}

TEST(Generations, AreAnsweredWhenTheServiceEnds) {
  for (const bool in_time : {false, true}) {
    const TestFolder folder;
    const std::vector<std::string> balance = {"--balance", "100"};
    {
      std::vector<std::string> words = {"--metrics",
                                        "--balance",
                                        "100",
                                        "--behaviour",
                                        "processing_ms=" + std::string(in_time ? "500" : "600000"),
                                        "--behaviour",
                                        "aimlapi_form=b64_json",
                                        "--stop-seconds",
                                        in_time ? "60" : "0"};
      RunningService service(with_state(folder, std::move(words)));
      auto answer = std::async(std::launch::async, [&] { return generate(service, request()); });
      while (!send("GET", service.download_url + "/metrics").body.contains("workers_busy 1"))
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      EXPECT_EQ(service.end(SIGTERM), 0);
      const Response response = answer.get();
      EXPECT_EQ(response.status, in_time ? 200u : 503u) << response.body;
      if (in_time)
        EXPECT_EQ(response.json()["data"].elements()[0]["b64_json"].string(), base64(picture()));
      else
        EXPECT_NE(response.header("retry-after"), "");
    }
    RunningService later(with_state(folder, balance));
    const auto jobs = send("GET", later.image("/status")).json().elements();
    ASSERT_EQ(jobs.size(), 1u);
    EXPECT_EQ(jobs[0]["status"].string(), in_time ? "Completed" : "Cancelled");
    const Response left = send("GET", later.url + "/account/v1/credits/balance");
    EXPECT_EQ(left.json()["total_credits"].integer(), in_time ? 99 : 100);
  }
}

TEST(Billing, IsInDollars) {
  RunningService service({"--balance", "100"});
  const Response response = send("GET", service.url + "/v2/billing");
  EXPECT_NEAR(response.json()["current_balance"].number().value_or(0), 10.5, 1e-9);
  EXPECT_EQ(response.text("currency"), "USD");
  EXPECT_EQ(send("POST", service.url + "/v2/billing").status, 405u);
}

}  // namespace
}  // namespace sharpen::test
