#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

using testing::HasSubstr;
constexpr const char* some_uuid = "d7b3b3b3-7b3b-4b3b-8b3b-3b3b3b3b3b3b";
/// So long that a test is over before it: such a job ends only by being cancelled.
constexpr const char* for_ever = "600000";

std::vector<std::string> behave(std::vector<std::string> assignments) {
  std::vector<std::string> arguments;
  for (std::string& each : assignments) {
    arguments.emplace_back("--behaviour");
    arguments.push_back(std::move(each));
  }
  return arguments;
}

TEST(Ids, AreCheckedOnEveryPath) {
  RunningService service;
  const std::vector<std::pair<std::string, std::string>> paths = {
      {"GET", "/status/"},   {"DELETE", "/status/"},      {"DELETE", "/cancel/"},
      {"GET", "/download/"}, {"GET", "/download/input/"},
  };
  for (const auto& [method, path] : paths) {
    const Response malformed = send(method, service.image(path + "42"));
    EXPECT_EQ(malformed.status, 400u) << method << path;
    EXPECT_EQ(malformed.text("message"), "Invalid process ID. Please ensure it is a valid UUID.");
    const Response unknown = send(method, service.image(path + some_uuid));
    EXPECT_EQ(unknown.status, 404u) << method << path;
    EXPECT_EQ(unknown.text("message"), "An image with the given process ID was not found.");
  }
  EXPECT_EQ(send("POST", service.image("/cancel/" + std::string(some_uuid))).status, 405u);
}

TEST(Jobs, PassThroughPendingAndProcessingWithTrueProgress) {
  RunningService service(behave({"pending_ms=1000", "processing_ms=2000"}));
  const std::string id = service.submitted();
  EXPECT_EQ(send("GET", service.image("/download/" + id)).status, 409u);
  std::vector<std::string> words;
  std::set<std::int64_t> seen;
  while (words.empty() || words.back() != "Completed") {
    const Response now = service.status(id);
    ASSERT_EQ(now.status, 200u);
    const std::string word = now.text("status");
    const std::int64_t percent = now.json()["progress"].integer().value_or(-1);
    if (words.empty() || words.back() != word) words.push_back(word);
    if (word == "Pending") {
      EXPECT_EQ(percent, 0);
    }
    if (word == "Processing") seen.insert(percent);
    if (word == "Completed") {
      EXPECT_EQ(percent, 100);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(words, (std::vector<std::string>{"Pending", "Processing", "Completed"}));
  ASSERT_GT(seen.size(), 2u) << "the progress has to move";
  EXPECT_GE(*seen.begin(), 0);
  EXPECT_LT(*seen.rbegin(), 100);
}

TEST(Cancel, StopsAPendingJobAndAProcessingOneAtOnce) {
  for (const char* stage : {"pending_ms=", "processing_ms="}) {
    auto arguments = behave({std::string(stage) + for_ever});
    arguments.insert(arguments.end(), {"--balance", "100"});
    RunningService service(std::move(arguments));
    const std::string id = service.submitted();
    (void)service.await(id, std::string(stage) == "pending_ms=" ? "Pending" : "Processing");
    EXPECT_EQ(send("DELETE", service.image("/cancel/" + id)).status, 204u) << stage;
    EXPECT_EQ(service.status(id).text("status"), "Cancelled") << stage;
    EXPECT_EQ(send("DELETE", service.image("/cancel/" + id)).status, 409u) << stage;
    EXPECT_EQ(send("GET", service.image("/download/" + id)).status, 409u) << stage;
    const Json balance = send("GET", service.url + "/account/v1/credits/balance").json();
    EXPECT_EQ(balance["available_credits"].integer(), 100) << stage;
    EXPECT_EQ(balance["reserved_credits"].integer(), 0) << stage;
  }
}

TEST(Cancel, FreesTheWorkerForTheNextJob) {
  RunningService service({"--workers", "1", "--behaviour", std::string("pending_ms=") + for_ever});
  const std::string first = service.submitted();
  const std::string second = service.submitted();
  for (const std::string& id : {first, second})
    EXPECT_EQ(send("DELETE", service.image("/cancel/" + id)).status, 204u);
  // The worker of a cancelled job has to be back for the end to be quick.
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(service.end(SIGTERM), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

TEST(Cancel, StopsTheEngineItself) {
  RunningService service({"--engine", "deconvolution", "--workers", "1"});
  const std::string large = picture(FileFormat::png, 6000, 4000);
  const std::string id = service.submitted({{"image", large, "a.png"}, {"model", "Standard"}});
  (void)service.await(id, "Processing");
  EXPECT_EQ(send("DELETE", service.image("/cancel/" + id)).status, 204u);
  // The only worker has to be free for this one long before the large picture could be done.
  (void)service.await(service.submitted(), "Completed");
}

TEST(Cancel, MayBeRefusedWhileProcessing) {
  RunningService service(
      behave({"cancel_processing=409", std::string("processing_ms=") + for_ever}));
  const std::string id = service.submitted();
  (void)service.await(id, "Processing");
  const Response refused = send("DELETE", service.image("/cancel/" + id));
  EXPECT_EQ(refused.status, 409u);
  EXPECT_EQ(refused.text("message"),
            "The process cannot be cancelled as it is not in a cancellable state.");
}

TEST(Cancel, ComesTooLateForACompletedJob) {
  RunningService service;
  const std::string id = service.submitted();
  (void)service.await(id, "Completed");
  EXPECT_EQ(send("DELETE", service.image("/cancel/" + id)).status, 409u);
}

TEST(Delete, ForgetsAJobThatHasEnded) {
  RunningService service(behave({std::string("processing_ms=") + "0"}));
  const std::string id = service.submitted();
  (void)service.await(id, "Completed");
  EXPECT_EQ(send("DELETE", service.image("/status/" + id)).status, 204u);
  EXPECT_EQ(service.status(id).status, 404u);
  EXPECT_TRUE(std::filesystem::is_empty(service.state() / "jobs"));
}

TEST(Delete, LeavesARunningJob) {
  RunningService service(behave({std::string("pending_ms=") + for_ever}));
  const std::string id = service.submitted();
  EXPECT_EQ(send("DELETE", service.image("/status/" + id)).status, 409u);
  EXPECT_EQ(send("DELETE", service.image("/status")).json()["deleted_count"].integer(), 0);
  EXPECT_EQ(send("DELETE", service.image("/cancel/" + id)).status, 204u);
  EXPECT_EQ(send("DELETE", service.image("/status")).json()["deleted_count"].integer(), 1);
}

TEST(List, HasTheNewestFirstAndPages) {
  RunningService service;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.insert(ids.begin(), service.submitted());
  for (const std::string& id : ids) (void)service.await(id, "Completed");
  const auto all = send("GET", service.image("/status")).json().elements();
  ASSERT_EQ(all.size(), 5u);
  std::vector<std::string> paged;
  std::string cursor;
  int pages = 0;
  do {
    const Json page = send("GET", service.image("/status?paginated=true&limit=2" +
                                                (cursor.empty() ? "" : "&cursor=" + cursor)))
                          .json();
    for (const Json& job : page["data"].elements())
      paged.push_back(job["process_id"].string().value_or(""));
    cursor = page["pagination"]["next_cursor"].string().value_or("");
    EXPECT_EQ(page["pagination"]["has_next_page"].boolean(), !cursor.empty());
    ++pages;
  } while (!cursor.empty() && pages < 10);
  EXPECT_EQ(paged, ids);
  EXPECT_EQ(pages, 3);
  for (const char* bad : {"limit=0", "limit=101", "limit=x", "cursor=x"})
    EXPECT_EQ(send("GET", service.image("/status?paginated=true&") + bad).status, 400u) << bad;
}

TEST(Jobs, RunManyAtOnce) {
  RunningService service({"--workers", "4", "--balance", "100"});
  std::vector<std::jthread> clients;
  std::vector<std::string> ids(24);
  for (std::size_t i = 0; i < ids.size(); ++i)
    clients.emplace_back([&, i] {
      ids[i] = service.submitted({{"output_format", i % 2 ? "png" : "tiff"}});
      (void)service.await(ids[i], "Completed");
    });
  clients.clear();
  EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), ids.size());
  const auto charges =
      send("GET", service.url + "/account/v1/credits/charges").json()["charges"].elements();
  EXPECT_EQ(charges.size(), ids.size());
}

TEST(Behaviour, BendsTheStatus) {
  RunningService service(behave({"processing_word=Warming", "progress=jumps", "first_polls_404=2",
                                 std::string("processing_ms=") + for_ever}));
  const std::string id = service.submitted();
  EXPECT_EQ(service.status(id).status, 404u);
  EXPECT_EQ(service.status(id).status, 404u);
  (void)service.await(id, "Warming");
  const auto progress = [&] { return service.status(id).json()["progress"].integer().value_or(0); };
  std::vector<std::int64_t> seen;
  for (int i = 0; i < 4; ++i) seen.push_back(progress());
  EXPECT_FALSE(std::ranges::is_sorted(seen)) << "it has to jump back at times";
}

TEST(Behaviour, FailsJobsAndBendsErrors) {
  RunningService failing(behave({"fail_jobs=yes", "error_body=html"}));
  const std::string id = failing.submitted();
  (void)failing.await(id, "Failed");
  const Response html = failing.status(some_uuid);
  EXPECT_EQ(html.status, 404u);
  EXPECT_THAT(html.body, HasSubstr("<html>"));
  EXPECT_EQ(html.header("content-type"), "text/html");
  RunningService empty(behave({"error_body=empty", "submit_error=425", "submit_errors=1"}));
  const Response refused = empty.submit();
  EXPECT_EQ(refused.status, 425u);
  EXPECT_EQ(refused.body, "");
  EXPECT_EQ(empty.submit().status, 200u);
  RunningService busy(behave({"rate_limit=2", "retry_after=3"}));
  EXPECT_EQ(send("GET", busy.image("/status")).status, 200u);
  const Response second = send("GET", busy.image("/status"));
  EXPECT_EQ(second.status, 429u);
  EXPECT_EQ(second.header("retry-after"), "3");
}

}  // namespace
}  // namespace sharpen::test
