#include "service/store/redis_store.h"

#include <gio/gio.h>
#include <gtest/gtest.h>

#include <array>
#include <format>
#include <functional>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "service/jobs/jobs.h"
#include "tests/service/redis_server.h"
#include "tests/service/store_fixture.h"

namespace sharpen::server {
namespace {

class RedisStoreTest : public testing::Test {
 protected:
  Result<std::unique_ptr<JobStore>> open(const std::string& url, std::int64_t visibility = 600) {
    return open_redis_store({.url = url,
                             .password = {},
                             .folder = folder_.path() / "store",
                             .visibility = visibility,
                             .has_account = true,
                             .clock = [this] { return now(); }});
  }
  /// The stores and services look at the clock after they read a job and before they end it.
  std::int64_t now() {
    if (const auto act = std::exchange(meanwhile_, {})) act();
    return 2000;
  }
  /// A job whose submit was refused although Redis has it.
  static Job refused(JobStore& store, test::RedisServer& redis) {
    const SourcePicture source = a_source();
    Job job = a_job(source);
    redis.pause();
    EXPECT_EQ(submitted(store, job, source), "");
    redis.resume();
    EXPECT_TRUE(turn_until([&] { return store.find(job.id).has_value(); })) << "told in time";
    return job;
  }
  test::TestFolder folder_;
  std::function<void()> meanwhile_;  ///< done once, when somebody looks at the clock
};

TEST_F(RedisStoreTest, TakesBackARefusedSubmitAlsoWhileAllWorkersAreBusy) {
  test::RedisServer redis;
  const auto opened = open(redis.url());
  ASSERT_TRUE(opened) << opened.error().text();
  JobStore& store = **opened;
  const std::string busy = submitted(store);
  ASSERT_TRUE(store.claim());

  const Job job = refused(store, redis);
  EXPECT_TRUE(store.keep(busy, 0.5));
  EXPECT_FALSE(store.find(job.id));
  EXPECT_FALSE(store.claim());
}

TEST_F(RedisStoreTest, KeepsARefusedJobThatIsCompletedElsewhereWhileItIsTakenBack) {
  test::RedisServer redis;
  const auto opened = open(redis.url()), other = open(redis.url());
  ASSERT_TRUE(opened && other);
  const Job job = refused(**opened, redis);
  const auto claimed = (*other)->claim();
  ASSERT_TRUE(claimed);
  meanwhile_ = [&] { EXPECT_EQ((*other)->end(completed(*claimed)), true); };
  EXPECT_FALSE((*opened)->claim());
  EXPECT_EQ((*other)->credits()->charged, 2);
  const auto kept = (*other)->find(job.id);
  ASSERT_TRUE(kept) << "it was charged";
  EXPECT_EQ((*kept)->state, JobState::completed);
  EXPECT_FALSE((*opened)->claim());
  EXPECT_TRUE((*other)->find(job.id)) << "nor is it removed later";
}

TEST_F(RedisStoreTest, TakesBackARefusedSubmitAlsoIfTheAnswerToThatIsLost) {
  test::RedisServer redis;
  const auto opened = open(redis.url());
  ASSERT_TRUE(opened) << opened.error().text();
  JobStore& store = **opened;
  const Job job = refused(store, redis);
  meanwhile_ = [&] { redis.pause(); };
  EXPECT_FALSE(store.claim());
  redis.resume();
  EXPECT_TRUE(turn_until([&] {
    const auto found = store.find(job.id);
    return found && (*found)->state == JobState::cancelled;
  })) << "told in time";
  EXPECT_FALSE(store.claim());
  EXPECT_FALSE(store.find(job.id));
}

TEST_F(RedisStoreTest, GivesAResultOfAnotherServiceToWhoeverWaitsWhenItsOwnEnds) {
  test::RedisServer redis;
  const auto other = open(redis.url());
  ASSERT_TRUE(other) << other.error().text();
  const Clock clock = [this] { return now(); };
  EventLog log(false, clock);
  Options options;
  options.queue = redis.url();
  options.store = folder_.path() / "store";
  const auto jobs = Jobs::open(options, clock, log);
  ASSERT_TRUE(jobs) << jobs.error().text();
  (*jobs)->stop();  // its workers leave the jobs to others

  std::vector<std::optional<Checked<Job>>> ends(3);
  std::vector<JobStore::JobRef> claimed;
  for (auto& end : ends) {
    (*jobs)->submit(
        {.model = find_wire_model("Standard")}, a_source(), [](const auto&) {},
        [&end](const Checked<Job>& ended) { end = ended; });
    claimed.push_back((*other)->claim());
    ASSERT_TRUE(claimed.back());
  }
  const auto complete = [&](std::size_t at) {
    EXPECT_EQ((*other)->end(completed(*claimed[at])), true);
  };
  complete(0);
  // One more when the service is about to cancel it.
  meanwhile_ = [&] { complete(claimed[1]->id < claimed[2]->id ? 1 : 2); };
  EXPECT_EQ((*jobs)->turn_away(), 3u);
  int results = 0;
  for (std::size_t at = 0; at < ends.size(); ++at) {
    ASSERT_TRUE(ends[at]);
    const bool has = ends[at]->has_value();
    results += has ? 1 : 0;
    EXPECT_EQ((*(*other)->find(claimed[at]->id))->state,
              has ? JobState::completed : JobState::cancelled);
    EXPECT_EQ(has ? 503u : ends[at]->error().status, 503u);
  }
  EXPECT_EQ(results, 2) << "all that is charged";
}

TEST_F(RedisStoreTest, TakesTurnsBetweenKeysAndPrefersFastJobs) {
  test::RedisServer redis;
  const auto opened = open(redis.url());
  ASSERT_TRUE(opened) << opened.error().text();
  expect_turns(**opened);
}

TEST_F(RedisStoreTest, GivesUpAJobThatEndsTheProcessEachTime) {
  test::RedisServer redis;
  std::string id;
  for (int tries = 0; tries < 3; ++tries) {
    const auto opened = open(redis.url(), 0);
    ASSERT_TRUE(opened) << opened.error().text();
    if (tries == 0) id = submitted(**opened);
    ASSERT_TRUE((*opened)->claim()) << tries;
    (*opened)->start(id, 2000);
  }
  const auto opened = open(redis.url(), 0);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_FALSE((*opened)->claim());
  EXPECT_EQ((*(*opened)->find(id))->state, JobState::failed);
  EXPECT_EQ((*opened)->credits()->reserved, 0);
}

TEST_F(RedisStoreTest, SaysWhenAnEndOrARemovalIsNotSaved) {
  test::RedisServer redis;
  const auto opened = open(redis.url());
  ASSERT_TRUE(opened) << opened.error().text();
  JobStore& store = **opened;
  const std::string id = submitted(store);
  const auto job = store.claim();
  ASSERT_TRUE(job);
  EXPECT_TRUE(store.check());
  redis.refuse_writes(true);
  EXPECT_EQ(store.check().error().status, 503u);
  EXPECT_EQ(store.end(completed(*job)).error().status, 503u);
  EXPECT_FALSE((*store.find(id))->ended()) << "nothing of it is done";
  EXPECT_EQ(store.credits()->charged, 0);
  redis.refuse_writes(false);
  EXPECT_EQ(store.end(completed(*job)), true);
  EXPECT_EQ(store.end(completed(*job)), false) << "a job ends once";
  EXPECT_EQ(store.credits()->charged, 2);
  redis.refuse_writes(true);
  EXPECT_EQ(store.remove(**store.find(id), 2000).error().status, 503u);
  EXPECT_TRUE(store.find(id));
  redis.refuse_writes(false);
  EXPECT_TRUE(store.remove(**store.find(id), 2000));
  EXPECT_FALSE(store.find(id));
}

TEST_F(RedisStoreTest, SaysNothingOfItsAddressThatMayBeSecret) {
  const std::string port = std::to_string(test::free_port());
  for (const char* address : {"redis://hunter2@127.0.0.1:", "redis://:hunter2@127.0.0.1:",
                              "redis://user:hunter2@127.0.0.1:", "redis://u%3Ahunter2@127.0.0.1:"})
    for (const char* rest : {"", "/0", "/?password=hunter2", "/0?password=hunter2", "/hunter2"}) {
      const auto refused = open(address + port + rest);
      ASSERT_FALSE(refused);
      EXPECT_FALSE(refused.error().text().contains("hunter2")) << refused.error().text();
    }
  EXPECT_TRUE(open("redis://127.0.0.1:" + port).error().text().contains("127.0.0.1:" + port));
}

/// Answers one client: INFO as a Redis of some version, and nothing else of sense.
class OtherRedis {
 public:
  explicit OtherRedis(const std::string& version)
      : info_("# Server\r\nredis_version:" + version + "\r\n"),
        port_(g_socket_listener_add_any_inet_port(listener_.get(), nullptr, nullptr)),
        thread_([this] { serve(); }) {}
  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() {
    const auto connection = Ref<GSocketConnection>::adopt(
        g_socket_listener_accept(listener_.get(), nullptr, nullptr, nullptr));
    auto* input = g_io_stream_get_input_stream(G_IO_STREAM(connection.get()));
    auto* output = g_io_stream_get_output_stream(G_IO_STREAM(connection.get()));
    std::array<char, 4096> bytes{};
    for (gssize count = 0;
         (count = g_input_stream_read(input, bytes.data(), bytes.size(), nullptr, nullptr)) > 0;) {
      const bool asked = std::string_view(bytes.data(), std::size_t(count)).contains("INFO");
      const std::string answer =
          asked ? std::format("${}\r\n{}\r\n", info_.size(), info_) : "-ERR unknown command\r\n";
      g_output_stream_write_all(output, answer.data(), answer.size(), nullptr, nullptr, nullptr);
    }
  }

  std::string info_;
  Ref<GSocketListener> listener_ = Ref<GSocketListener>::adopt(g_socket_listener_new());
  std::uint16_t port_;
  std::jthread thread_;
};

TEST_F(RedisStoreTest, RefusesARedisThatIsTooOld) {
  for (const char* version : {"6.0.16", "5.0.7", "6.2.0", "7.0", "10.0.1"}) {
    const OtherRedis redis(version);
    const auto refused = open(redis.url());
    ASSERT_FALSE(refused);
    const bool old =
        std::string_view(version) < "6.2" && !std::string_view(version).starts_with("1");
    EXPECT_EQ(refused.error().text().contains("too old"), old) << refused.error().text();
    EXPECT_EQ(refused.error().text().contains("6.2 or later"), old) << refused.error().text();
  }
}

}  // namespace
}  // namespace sharpen::server
