#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

TEST(Estimate, FollowsThePublishedTable) {
  RunningService service;
  const std::vector<std::pair<int, std::pair<int, int>>> table = {
      {1, {1, 1}},  {16, {1, 1}}, {24, {1, 2}}, {32, {2, 2}},
      {40, {2, 2}}, {50, {3, 3}}, {64, {3, 4}}, {100, {5, 5}},
  };
  for (const auto& [megapixels, credits] : table) {
    const std::string size = R"({"category":"Sharpen","input_width":1000,"input_height":)" +
                             std::to_string(megapixels * 1000) + ",\"model\":\"";
    const auto ask = [&](const char* path, const std::string& model) {
      const auto limited = megapixels * 1000 > 32000;
      const std::string body =
          limited ? R"({"category":"Sharpen","input_width":10000,"input_height":)" +
                        std::to_string(megapixels * 100) + ",\"model\":\"" + model + "\"}"
                  : size + model + "\"}";
      return send("POST", service.image(path), {}, json_body(body)).json()["credits"].integer();
    };
    EXPECT_EQ(ask("/estimate", "Lens Blur V2"), credits.first) << megapixels;
    EXPECT_EQ(ask("/estimate-gen", "Super Focus V2"), credits.second) << megapixels;
  }
}

TEST(Estimate, TakesAFormToo) {
  RunningService service;
  const Response response =
      send("POST", service.image("/estimate"), {},
           form({{"input_width", "6000"}, {"input_height", "4001"}, {"model", "Strong"}}));
  EXPECT_EQ(response.status, 200u) << response.body;
  EXPECT_EQ(response.json()["credits"].integer(), 2);
  EXPECT_GE(response.json()["duration"].integer().value_or(-1), 0);
}

TEST(Estimate, RefusesWhatItCannotEstimate) {
  RunningService service;
  const std::vector<std::pair<const char*, unsigned>> table = {
      {R"({"input_width":0,"input_height":10})", 400},
      {R"({"input_width":10})", 400},
      {R"({"input_width":32001,"input_height":10})", 400},
      {R"({"input_width":30000,"input_height":30000})", 413},
      {R"({"input_width":10,"input_height":10,"model":"Foo"})", 400},
      {R"({"input_width":10,"input_height":10,"category":"Denoise","model":"Strong"})", 400},
      {R"([1])", 400},
      {R"({)", 400},
  };
  for (const auto& [body, status] : table)
    EXPECT_EQ(send("POST", service.image("/estimate"), {}, json_body(body)).status, status) << body;
  EXPECT_EQ(
      send("POST", service.image("/estimate"), {}, {.content_type = "text/plain", .bytes = "x"})
          .status,
      400u);
}

TEST(Estimate, AnswersInBulkAndInOrder) {
  RunningService service;
  const Response response =
      send("POST", service.image("/estimate-bulk"), {},
           json_body(R"([{"input_width":5000,"input_height":5000,"category":"Sharpen"},
                    {"input_width":20000,"input_height":20000,"model":"Super Focus V2"},
                    {"input_width":4600,"input_height":4600,"model":"Super Focus V2"}])"));
  ASSERT_EQ(response.status, 200u) << response.body;
  const auto rows = response.json().elements();
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0]["status"].string(), "success");
  EXPECT_EQ(rows[0]["credits"].integer(), 2);
  EXPECT_EQ(rows[1]["status"].string(), "error");
  EXPECT_EQ(rows[1]["code"].integer(), 413);
  EXPECT_EQ(rows[1]["message"].string(),
            "Output image dimensions exceed maximum allowed of 256 MP.");
  EXPECT_EQ(rows[2]["credits"].integer(), 2);
}

TEST(Balance, IsReservedFirstAndChargedOnceAtTheEnd) {
  RunningService service({"--balance", "2", "--behaviour", "pending_ms=600000"});
  const auto balance = [&] {
    return send("GET", service.url + "/account/v1/credits/balance").json();
  };
  const std::string first = service.submitted();
  EXPECT_EQ(balance()["available_credits"].integer(), 1);
  EXPECT_EQ(balance()["reserved_credits"].integer(), 1);
  EXPECT_EQ(balance()["total_credits"].integer(), 2);
  (void)service.submitted();
  const Response broke = service.submit();
  EXPECT_EQ(broke.status, 402u);
  EXPECT_EQ(broke.text("message"), "Insufficient funds.");
  EXPECT_EQ(send("DELETE", service.image("/cancel/" + first)).status, 204u);
  EXPECT_EQ(service.submit().status, 200u);
}

TEST(Balance, IsThereOnlyIfItWasGiven) {
  RunningService service;
  (void)service.await(service.submitted(), "Completed");
  const Json balance = send("GET", service.url + "/account/v1/credits/balance").json();
  EXPECT_EQ(balance["available_credits"].integer(), 1'000'000);
  const Json charges = send("GET", service.url + "/account/v1/credits/charges").json();
  ASSERT_TRUE(charges["charges"].is_array());
  EXPECT_TRUE(charges["charges"].elements().empty()) << "nobody would ever read them";
}

TEST(Balance, ForgetsChargesWithTheirJobs) {
  const TestFolder folder;
  const auto clock = folder.path() / "clock";
  RunningService service({"--balance", "10", "--behaviour", "clock_file=" + clock.string()});
  (void)service.await(service.submitted(), "Completed");
  std::ofstream(clock) << 7 * 24 * 3600 + 60;
  (void)send("GET", service.image("/status"));
  const auto of_account = [&](const char* what) {
    return send("GET", service.url + "/account/v1/credits/" + what).json();
  };
  EXPECT_TRUE(of_account("charges")["charges"].elements().empty());
  EXPECT_EQ(of_account("balance")["total_credits"].integer(), 9);
}

TEST(Balance, ListsTheChargesByUpload) {
  RunningService service({"--balance", "10"});
  const std::string id = service.submitted();
  (void)service.await(id, "Completed");
  const auto charges =
      send("GET", service.url + "/account/v1/credits/charges").json()["charges"].elements();
  ASSERT_EQ(charges.size(), 1u);
  EXPECT_EQ(charges[0]["process_id"].string(), id);
  EXPECT_EQ(charges[0]["filename"].string(), "gimp-test.png");
  EXPECT_EQ(charges[0]["credits"].integer(), 1);
  EXPECT_EQ(
      send("GET", service.url + "/account/v1/credits/balance").json()["total_credits"].integer(),
      9);
}

}  // namespace
}  // namespace sharpen::test
