#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <format>
#include <fstream>
#include <functional>
#include <future>
#include <list>
#include <set>
#include <thread>

#include "base/glib_error.h"
#include "tests/service/redis_server.h"

namespace sharpen::test {
namespace {

/// Waits until something holds, at most 10 s.
void await(const std::function<bool()>& holds) {
  for (int tries = 0; tries < 500 && !holds(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

std::string metric(const RunningService& service, const std::string& name) {
  const std::string text = send("GET", service.download_url + "/metrics").body;
  const auto begin = text.rfind("sharpen_" + name + " ");
  if (begin == std::string::npos) return "";
  const auto value = begin + name.size() + 9;
  return text.substr(value, text.find('\n', value) - value);
}

/// Services that share a queue in Redis, and a folder of pictures.
class SharedQueue : public testing::Test {
 protected:
  RunningService& add(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {
        "--queue",   redis_.url(), "--store",   (folder_.path() / "store").string(),
        "--balance", "100000",     "--metrics", "--visibility-timeout",
        "1"};
    words.insert(words.end(), more.begin(), more.end());
    return services_.emplace_back(std::move(words));
  }
  /// A service whose workers never come to an end.
  RunningService& add_stuck() { return add({"--behaviour", "processing_ms=600000"}); }

  /// Waits until the job is done, and fetches its result.
  void expect_result(const std::string& id) {
    RunningService& asked = services_.front();
    (void)asked.await(id, "Completed");
    const Response links = send("GET", asked.image("/download/" + id));
    EXPECT_TRUE(send("GET", links.text("download_url")).body == picture()) << id;
  }
  void expect_one_charge_each(const std::set<std::string>& ids) {
    const Response charges = send("GET", services_.front().url + "/account/v1/credits/charges");
    std::multiset<std::string> charged;
    for (const Json& charge : charges.json()["charges"].elements())
      charged.insert(charge["process_id"].string().value_or(""));
    EXPECT_EQ(charged, std::multiset<std::string>(ids.begin(), ids.end()));
  }
  /// Submits to one service after the other.
  std::set<std::string> submit(int jobs) {
    std::set<std::string> ids;
    for (auto service = services_.begin(); jobs > 0; --jobs) {
      ids.insert(service->submitted({{"output_format", "png"}}));
      if (++service == services_.end()) service = services_.begin();
    }
    return ids;
  }

  RedisServer redis_;
  TestFolder folder_;
  std::list<RunningService> services_;
};

TEST_F(SharedQueue, AnswersAnyRequestOfAnyJobAnywhere) {
  RunningService &one = add(), &two = add(), &three = add();
  const std::string id = one.submitted({{"output_format", "png"}});
  const Response status = two.await(id, "Completed");
  const Response links = send("GET", three.image("/download/" + id));
  EXPECT_TRUE(send("GET", links.text("download_url")).body == picture());
  std::string elsewhere = links.text("download_url");
  elsewhere.replace(0, three.download_url.size(), two.download_url);
  EXPECT_TRUE(send("GET", elsewhere).body == picture()) << "a link is good at each";
  EXPECT_EQ(three.submit({{"source_id", status.text("source_id")}}).status, 200u);
  EXPECT_EQ(send("GET", two.image("/status")).json().elements().size(), 2u);
}

TEST_F(SharedQueue, CancelsWhatAnotherWorksOn) {
  RunningService& worker = add({"--workers", "1", "--behaviour", "processing_ms=600000"});
  const std::string first = worker.submitted(), second = worker.submitted();
  (void)worker.await(first, "Processing");
  RunningService& other = add({"--workers", "1", "--behaviour", "processing_ms=600000"});
  (void)other.await(second, "Processing");
  EXPECT_EQ(send("DELETE", other.image("/cancel/" + first)).status, 204u);
  EXPECT_EQ(worker.status(first).text("status"), "Cancelled");
  (void)worker.await(worker.submitted(), "Processing");
}

TEST_F(SharedQueue, LosesNoJobOfAServiceThatIsKilled) {
  RunningService& victim = add_stuck();
  std::set<std::string> ids = submit(2);
  for (const std::string& id : ids) (void)victim.await(id, "Processing");
  add();
  add();
  ids.merge(submit(198));
  EXPECT_EQ(victim.end(SIGKILL), -1);
  services_.pop_front();
  const auto killed = std::chrono::steady_clock::now();
  for (const std::string& id : ids) expect_result(id);
  EXPECT_LT(std::chrono::steady_clock::now() - killed, std::chrono::seconds(60));
  EXPECT_EQ(ids.size(), 200u);
  expect_one_charge_each(ids);
}

TEST_F(SharedQueue, LeavesAJobToWhoeverTookItFromAServiceThatStood) {
  RunningService& victim = add_stuck();
  const std::set<std::string> ids = submit(2);
  for (const std::string& id : ids) (void)victim.await(id, "Processing");
  ::kill(victim.pid, SIGSTOP);
  // It is still at work when the other one wakes up.
  RunningService& taker = add({"--behaviour", "processing_ms=3000"});
  await([&] { return metric(taker, "workers_busy") == "2"; });
  ::kill(victim.pid, SIGCONT);
  await([&] { return metric(victim, "workers_busy") == "0"; });
  for (const std::string& id : ids) expect_result(id);
  expect_one_charge_each(ids);
}

TEST_F(SharedQueue, OutlivesTheEndOfRedis) {
  RunningService &one = add(), &two = add();
  std::set<std::string> ids;
  for (int round = 0; round < 3; ++round) {
    ids.merge(submit(20));
    redis_.kill();
    for (RunningService* each : {&one, &two}) {
      const Response refused = each->submit();
      EXPECT_EQ(refused.status, 503u);
      EXPECT_NE(refused.header("retry-after"), "");
      EXPECT_EQ(each->status(*ids.begin()).status, 503u);
      EXPECT_EQ(send("GET", each->url + "/healthz").status, 503u);
    }
    redis_.start();
    await([&] { return send("GET", one.url + "/healthz").status == 200; });
    await([&] { return send("GET", two.url + "/healthz").status == 200; });
  }
  for (const std::string& id : ids) expect_result(id);
  expect_one_charge_each(ids);
}

TEST_F(SharedQueue, SaysNoToWhatCannotBeSaved) {
  RunningService& service = add({"--behaviour", "processing_ms=600000", "--workers", "1"});
  const std::string stuck = service.submitted();
  (void)service.await(stuck, "Processing");
  RunningService& quick = add({"--workers", "3"});
  const std::string done = quick.submitted();
  (void)quick.await(done, "Completed");
  redis_.refuse_writes(true);
  for (const Response& refused :
       {send("DELETE", service.image("/status/" + done)), send("DELETE", service.image("/status")),
        send("DELETE", service.image("/cancel/" + stuck)), service.submit()}) {
    EXPECT_EQ(refused.status, 503u);
    EXPECT_NE(refused.header("retry-after"), "");
  }
  EXPECT_EQ(service.status(done).text("status"), "Completed") << "it can be read";
  EXPECT_EQ(send("GET", service.url + "/healthz").status, 503u);
  redis_.refuse_writes(false);
  EXPECT_EQ(send("GET", service.url + "/healthz").status, 200u);
  EXPECT_EQ(send("DELETE", service.image("/cancel/" + stuck)).status, 204u);
  EXPECT_EQ(send("DELETE", service.image("/status/" + done)).status, 204u);
  EXPECT_EQ(service.status(done).status, 404u);
}

/// A request to the AI/ML API's path, whose answer comes with the result.
std::future<Response> generate(const RunningService& service) {
  const std::string bytes = picture();
  const OwnedChars encoded(
      g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size()));
  return std::async(std::launch::async, [url = service.url, text = std::string(encoded.get())] {
    return send("POST", url + "/v1/images/generations", {},
                json_body(R"({"model":"topaz-labs/sharpen","mode":"Strong","image_url":")"
                          "data:image/png;base64," +
                          text + R"("})"));
  });
}

TEST_F(SharedQueue, AnswersARequestWhoseJobIsRemovedElsewhere) {
  RunningService &waiting = add_stuck(), &other = add_stuck();
  auto answer = generate(waiting);
  std::string id;
  await([&] {
    const auto jobs = send("GET", other.image("/status")).json().elements();
    if (!jobs.empty()) id = jobs[0]["process_id"].string().value_or("");
    return !id.empty();
  });
  // Neither sees what the other does until it looks around.
  ::kill(waiting.pid, SIGSTOP);
  EXPECT_EQ(send("DELETE", other.image("/cancel/" + id)).status, 204u);
  EXPECT_EQ(send("DELETE", other.image("/status/" + id)).status, 204u);
  ::kill(waiting.pid, SIGCONT);
  const Response response = answer.get();
  EXPECT_EQ(response.status, 404u) << response.body;
  EXPECT_TRUE(response.json()["requestId"].string()) << "in the form of this API";
}

TEST_F(SharedQueue, AnswersARequestThatWaitsWhenItsServiceEnds) {
  RunningService& waiting = add_stuck();
  auto answer = generate(waiting);
  await([&] { return metric(waiting, "workers_busy") == "1"; });
  EXPECT_EQ(waiting.end(SIGTERM), 0);
  const Response response = answer.get();
  EXPECT_EQ(response.status, 503u) << response.body;
  EXPECT_NE(response.header("retry-after"), "");
  services_.clear();
  RunningService& later = add({"--visibility-timeout", "600"});
  const auto jobs = send("GET", later.image("/status")).json().elements();
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0]["status"].string(), "Cancelled") << "nobody would get its result";
  expect_one_charge_each({});
}

TEST_F(SharedQueue, SaysNoPasswordThatIsWrittenIntoItsAddress) {
  const auto log = folder_.path() / "log";
  RunningService refused(
      {"--queue", "redis://user:hunter2@127.0.0.1", "--store", (folder_.path() / "store").string()},
      log);
  EXPECT_NE(refused.wait(), 0);
  EXPECT_TRUE(contents(log).contains("--queue-password-file")) << contents(log);
  EXPECT_FALSE(contents(log).contains("hunter2")) << contents(log);
}

TEST_F(SharedQueue, GivesBackWhatIsNotDoneWhenAServiceIsEnded) {
  RunningService& leaving = add_stuck();
  const std::set<std::string> ids = submit(2);
  for (const std::string& id : ids) (void)leaving.await(id, "Processing");
  EXPECT_EQ(leaving.end(SIGTERM), 0);
  services_.pop_front();
  add({"--visibility-timeout", "600"});
  for (const std::string& id : ids) expect_result(id);
}

TEST_F(SharedQueue, StandsBehindABalancerThatAsksAnyOfThem) {
  const int port = free_port(), download_port = free_port();
  std::string api, files;
  for (int i = 0; i < 3; ++i) {
    const RunningService& each = add({"--max-connections", "0", "--public-url",
                                      std::format("http://127.0.0.1:{}", download_port)});
    const auto server = [i](const std::string& url) {
      return std::format("  server s{} {} check inter 100 fall 1\n", i, url.substr(7));
    };
    api += server(each.url);
    files += server(each.download_url);
  }
  const auto config = folder_.path() / "haproxy.cfg";
  std::ofstream(config) << std::format(
      "defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n"
      "  option redispatch\n"
      "listen api\n  bind 127.0.0.1:{}\n  balance roundrobin\n{}"
      "listen files\n  bind 127.0.0.1:{}\n  balance roundrobin\n{}",
      port, api, download_port, files);
  const ChildProcess balancer({"haproxy", "-f", config.string()});
  await_listener(port);
  await_listener(download_port);

  const std::string base = std::format("http://127.0.0.1:{}/image/v1", port);
  std::set<std::string> ids;
  for (int i = 0; i < 30; ++i) {
    const Response submitted =
        send("POST", base + "/sharpen/async", {},
             form({{"output_format", "png"}, {"image", picture(), "a.png"}}));
    ASSERT_EQ(submitted.status, 200u) << submitted.body;
    ids.insert(submitted.text("process_id"));
    if (i == 15) services_.back().end(SIGKILL);
  }
  for (const std::string& id : ids) {
    await([&] { return send("GET", base + "/status/" + id).text("status") == "Completed"; });
    const Response links = send("GET", base + "/download/" + id);
    EXPECT_TRUE(send("GET", links.text("download_url")).body == picture()) << id;
  }
  expect_one_charge_each(ids);
}

}  // namespace
}  // namespace sharpen::test
