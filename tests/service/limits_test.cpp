#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "tests/service/raw_client.h"
#include "tests/service/running_service.h"

namespace sharpen::test {
namespace {

constexpr const char* anna = "key-of-anna-0123456789";
constexpr const char* bert = "key-of-bert-0123456789";
constexpr const char* for_ever = "processing_ms=600000";

Headers with_key(const char* key) { return {{"X-API-Key", key}}; }

std::string keys_file(const TestFolder& folder) {
  const auto file = folder.path() / "keys";
  std::ofstream(file) << "# the studio\nanna " << anna << "\nbert " << bert << "  # since May\n";
  return file.string();
}

TEST(Limits, OfTheQueueAreToldBeforeTheBodyIsRead) {
  RunningService service({"--max-jobs", "2", "--behaviour", for_ever});
  for (int i = 0; i < 2; ++i) (void)service.submitted();
  const Response refused = service.submit();
  EXPECT_EQ(refused.status, 429u);
  EXPECT_FALSE(refused.header("retry-after").empty());

  RawClient client(service.url);
  ASSERT_TRUE(
      client.say("POST /image/v1/sharpen/async HTTP/1.1\r\nHost: localhost\r\n"
                 "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000000\r\n"
                 "Expect: 100-continue\r\n\r\n"));
  EXPECT_TRUE(client.hear().starts_with("HTTP/1.1 429")) << "nothing of the body was sent";
  EXPECT_TRUE(std::filesystem::is_empty(service.state() / "spool"));
}

TEST(Limits, OfTheQueueCountRequestsOnTheirWay) {
  RunningService service({"--max-jobs", "1"});
  RawClient slow(service.url);
  ASSERT_TRUE(
      slow.say("POST /image/v1/sharpen/async HTTP/1.1\r\nHost: localhost\r\n"
               "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n"
               "\r\n--b\r\n"));
  Response second;
  for (int tries = 0; tries < 100 && second.status != 429; ++tries) {
    second = service.submit();
    if (second.status == 200) (void)service.await(second.text("process_id"), "Completed");
  }
  EXPECT_EQ(second.status, 429u);
}

TEST(Limits, OfOneKeyLeaveOthersAlone) {
  const TestFolder folder;
  RunningService service({"--keys", keys_file(folder), "--max-jobs-per-key", "1",
                          "--max-bytes-per-key", "100000", "--behaviour", for_ever});
  EXPECT_EQ(service.submit({}, with_key(anna)).status, 200u);
  EXPECT_EQ(service.submit({}, with_key(anna)).status, 429u);
  EXPECT_EQ(service.submit({{"image", std::string(100'000, 'x'), "a.png"}}, with_key(bert)).status,
            429u)
      << "more bytes than a key may have";
  EXPECT_EQ(service.submit({}, with_key(bert)).status, 200u);
}

TEST(Limits, OfTheDiskRefuseNewJobsAndKeepOldOnes) {
  const TestFolder folder;
  std::string id;
  {
    RunningService service(with_state(folder));
    id = service.submitted({{"output_format", "png"}});
    (void)service.await(id, "Completed");
    service.end(SIGTERM);
  }
  for (const char* limit : {"--keep-free=9000000000000000000", "--max-disk=1"}) {
    RunningService service(with_state(folder, {limit}));
    const Response refused = service.submit();
    EXPECT_EQ(refused.status, 503u) << limit;
    EXPECT_FALSE(refused.header("retry-after").empty());
    const Response links = send("GET", service.image("/download/" + id));
    EXPECT_EQ(send("GET", links.text("download_url")).body, picture()) << limit;
  }
}

TEST(Keys, SeeOnlyTheirOwnJobs) {
  const TestFolder folder;
  RunningService service({"--keys", keys_file(folder)});
  const Response submitted = service.submit({}, with_key(anna));
  ASSERT_EQ(submitted.status, 200u);
  const std::string id = submitted.text("process_id");
  for (const std::string path : {"/status/", "/download/", "/download/input/"})
    EXPECT_EQ(send("GET", service.image(path + id), with_key(bert)).status, 404u) << path;
  EXPECT_EQ(send("DELETE", service.image("/cancel/" + id), with_key(bert)).status, 404u);
  EXPECT_EQ(send("DELETE", service.image("/status/" + id), with_key(bert)).status, 404u);
  EXPECT_EQ(service.submit({{"source_id", submitted.text("source_id")}}, with_key(bert)).status,
            404u);
  EXPECT_TRUE(send("GET", service.image("/status"), with_key(bert)).json().elements().empty());
  EXPECT_EQ(send("GET", service.image("/status/" + id), with_key(anna)).status, 200u);
  EXPECT_EQ(send("GET", service.image("/status/" + id), with_key("key-of-nobody")).status, 401u);
  EXPECT_EQ(send("GET", service.image("/status/" + id)).status, 401u);
}

TEST(Keys, AreReadAgainOnSighup) {
  const TestFolder folder;
  const std::string file = keys_file(folder);
  RunningService service({"--keys", file});
  const auto status = [&](const char* key) {
    return send("GET", service.image("/status"), with_key(key)).status;
  };
  const auto becomes = [&](const char* key, unsigned wanted) {
    for (int tries = 0; tries < 200 && status(key) != wanted; ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return status(key) == wanted;
  };
  ASSERT_EQ(status(bert), 200u);
  std::ofstream(file) << "anna " << anna << "\nclara key-of-clara-0123456789\n";
  ::kill(service.pid, SIGHUP);
  EXPECT_TRUE(becomes("key-of-clara-0123456789", 200));
  EXPECT_EQ(status(bert), 401u);
  std::ofstream(file) << "anna short\n";
  ::kill(service.pid, SIGHUP);
  EXPECT_TRUE(becomes(anna, 200)) << "a file that is wrong changes nothing";
}

TEST(Keys, NeedAFileThatIsRight) {
  const TestFolder folder;
  const auto file = folder.path() / "keys";
  for (const char* text :
       {"", "anna", "anna short", "an/na key-0123456789abcdef",
        "a key-0123456789abcdef\na key-0123456789abcdeg", "a key-0123456789 b"}) {
    std::ofstream(file) << text;
    RunningService service({"--keys", file.string()});
    EXPECT_EQ(service.pid, 0) << text;
  }
}

TEST(Metrics, AreOnTheDownloadPortIfAskedFor) {
  const TestFolder folder;
  RunningService service({"--metrics", "--keys", keys_file(folder)});
  ASSERT_EQ(service.submit({}, with_key(anna)).status, 200u);
  EXPECT_EQ(service.submit({}, with_key("key-of-nobody")).status, 401u);
  const Response metrics = send("GET", service.download_url + "/metrics");
  EXPECT_EQ(metrics.status, 200u);
  EXPECT_TRUE(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
  EXPECT_TRUE(metrics.body.contains("\nsharpen_jobs_submitted_total 1\n")) << metrics.body;
  EXPECT_TRUE(metrics.body.contains("\nsharpen_wrong_keys_total 1\n")) << metrics.body;
  EXPECT_FALSE(metrics.body.contains("anna"));
  EXPECT_NE(send("GET", service.url + "/metrics").status, 200u);
  EXPECT_EQ(send("GET", service.url + "/healthz").status, 200u);
  EXPECT_EQ(send("GET", service.download_url + "/healthz").status, 200u);
  EXPECT_NE(send("GET", RunningService().download_url + "/metrics").status, 200u);
}

TEST(Workers, AreAsManyAsAskedFor) {
  RunningService service({"--workers", "3", "--metrics", "--behaviour", for_ever});
  for (int i = 0; i < 5; ++i) (void)service.submitted();
  EXPECT_TRUE(
      send("GET", service.download_url + "/metrics").body.contains("\nsharpen_workers_busy 3\n"));
  EXPECT_TRUE(send("GET", service.download_url + "/metrics")
                  .body.contains("\nsharpen_jobs_unfinished 5\n"));
}

TEST(Log, HasALineOfJsonForEachEventWithoutPicturesAndKeys) {
  const TestFolder folder;
  {
    RunningService service({"--log", "--keys", keys_file(folder)}, folder.path() / "log");
    const Response submitted =
        service.submit({{"image", picture(), "secret-garden.png"}}, with_key(anna));
    ASSERT_EQ(submitted.status, 200u);
    while (send("GET", service.image("/status/" + submitted.text("process_id")), with_key(anna))
               .text("status") != "Completed")
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(service.submit({}, with_key("key-of-nobody")).status, 401u);
    EXPECT_EQ(service.end(SIGTERM), 0);
  }
  std::ifstream lines(folder.path() / "log");
  std::vector<std::string> events;
  for (std::string line; std::getline(lines, line);) {
    const auto json = Json::parse(line);
    ASSERT_TRUE(json) << line;
    events.push_back((*json)["event"].string().value_or(""));
    for (const char* secret : {anna, "key-of-nobody", "secret-garden", "PNG"})
      EXPECT_FALSE(line.contains(secret)) << line;
    EXPECT_EQ((*json)["key"].string().value_or("anna"), "anna") << line;
  }
  EXPECT_EQ(events, (std::vector<std::string>{"submitted", "ended", "wrong key"}));
}

TEST(Signal, EndsTheServiceWithinItsLimit) {
  RunningService service({"--stop-seconds", "1", "--behaviour", for_ever});
  const std::string id = service.submitted();
  (void)service.await(id, "Processing");
  RawClient silent(service.url), begun(service.url);
  ASSERT_TRUE(begun.say("POST /image/v1/estimate HTTP/1.1\r\nHost: localhost\r\n"));
  EXPECT_EQ(service.end(SIGTERM), 0);
}

TEST(Signal, LetsJobsEndIfThereIsTimeAndRefusesNewOnes) {
  const TestFolder folder;
  std::string first, second;
  {
    RunningService service(with_state(
        folder, {"--stop-seconds", "30", "--workers", "1", "--behaviour", "processing_ms=1500"}));
    first = service.submitted();
    second = service.submitted();
    (void)service.await(first, "Processing");
    ::kill(service.pid, SIGTERM);
    Response refused;
    for (int tries = 0; tries < 50 && refused.status != 503; ++tries) {
      refused = service.submit();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(refused.status, 503u);
    EXPECT_EQ(refused.header("retry-after"), "10");
    EXPECT_EQ(send("GET", service.url + "/healthz").status, 503u);
    EXPECT_EQ(service.wait(), 0);
  }
  RunningService service(with_state(folder));
  EXPECT_EQ(service.status(first).text("status"), "Completed");
  (void)service.await(second, "Completed");
}

}  // namespace
}  // namespace sharpen::test
