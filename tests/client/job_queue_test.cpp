#include "client/jobs/job_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "base/glib_source.h"
#include "fake_topaz.h"
#include "no_threads.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using test::FakeTopaz;
using test::JobRoom;

class Queue : public testing::Test {
 protected:
  Queue() : main_thread(std::this_thread::get_id()) {
    g_setenv("SHARPEN_SERVICE_KEY", FakeTopaz::key, TRUE);
    topaz.set_result(room.picture(JobRoom::width, JobRoom::height));
    settings.service = "own-server";
    settings.service_url = topaz.api().url();
  }
  ~Queue() override { g_unsetenv("SHARPEN_SERVICE_KEY"); }

  JobQueue::Events events() {
    return {.resolved =
                [this](const Result<ServiceAddress>& found) {
                  EXPECT_EQ(std::this_thread::get_id(), main_thread);
                  resolved = found.has_value();
                },
            .progress =
                [this](std::size_t index, const JobProgress&) {
                  EXPECT_EQ(std::this_thread::get_id(), main_thread);
                  EXPECT_FALSE(done.contains(index));
                },
            .done =
                [this](std::size_t index, Result<JobResult> result) {
                  EXPECT_EQ(std::this_thread::get_id(), main_thread);
                  EXPECT_FALSE(done.contains(index));
                  done.emplace(index, std::move(result));
                },
            .all_done =
                [this] {
                  ++all_done;
                  g_main_loop_quit(loop.get());
                }};
  }
  void add(JobQueue& queue, std::size_t expected_index) {
    // One that another job has already would not be sent.
    EXPECT_EQ(queue.add(room.request({}, ++pictures).upload, {}), expected_index);
  }
  /// False if the queue does not end in time.
  bool run() {
    bool in_time = true;
    const auto guard = EventSource::timeout(20'000, [&] {
      in_time = false;
      g_main_loop_quit(loop.get());
      return false;
    });
    g_main_loop_run(loop.get());
    return in_time;
  }

  std::thread::id main_thread;
  Ref<GMainLoop> loop = Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, FALSE));
  JobRoom room;
  FakeTopaz topaz;
  Settings settings;
  bool resolved = false;
  int all_done = 0;
  std::uint32_t pictures = 0;
  std::map<std::size_t, Result<JobResult>> done;
};

TEST_F(Queue, RunsEveryJobOnce) {
  JobQueue queue(settings, room.home, events());
  for (std::size_t i = 0; i < 6; ++i) add(queue, i);
  queue.end();
  ASSERT_TRUE(run());
  EXPECT_TRUE(resolved);
  EXPECT_EQ(all_done, 1);
  ASSERT_EQ(done.size(), 6u);
  for (const auto& [index, result] : done) EXPECT_TRUE(result) << result.error().text();
  EXPECT_EQ(topaz.jobs(), 6);
}

TEST_F(Queue, LayersThatAreEqualArePaidForOnce) {
  JobQueue queue(settings, room.home, events());
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(queue.add(room.request({}).upload, {}), i);
  queue.end();
  ASSERT_TRUE(run());
  for (const auto& [index, result] : done) EXPECT_TRUE(result) << result.error().text();
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_F(Queue, HasAtMostFourInFlight) {
  topaz.set_states({"Processing"});
  JobQueue queue(settings, room.home, events());
  for (std::size_t i = 0; i < 6; ++i) add(queue, i);
  queue.end();
  const auto stop = EventSource::timeout(700, [&] {
    EXPECT_EQ(topaz.jobs(), 4);
    queue.cancel();
    return false;
  });
  ASSERT_TRUE(run());
  EXPECT_EQ(done.size(), 6u);
  for (const auto& [index, result] : done)
    EXPECT_EQ(result.error().kind, ErrorKind::cancelled) << index;
  EXPECT_EQ(topaz.jobs(), 4);
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Queue, QueuesThatShareTheirSlotsHaveFourInFlightTogether) {
  topaz.set_states({"Processing"});
  const auto slots = std::make_shared<JobSlots>();
  std::vector<std::unique_ptr<JobQueue>> queues;
  for (int i = 0; i < 3; ++i)
    queues.push_back(std::make_unique<JobQueue>(settings, room.home, JobQueue::Events{}, slots));
  for (auto& queue : queues)
    for (std::size_t i = 0; i < 4; ++i) add(*queue, i);
  JobQueue last(settings, room.home, events(), slots);
  add(last, 0);
  last.end();
  const auto stop = EventSource::timeout(700, [&] {
    EXPECT_EQ(topaz.jobs(), 4);
    for (auto& queue : queues) queue->cancel();
    last.cancel();
    return false;
  });
  ASSERT_TRUE(run());
  queues.clear();
  EXPECT_EQ(topaz.jobs(), 4);
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Queue, OneThatFailsLeavesTheOthers) {
  topaz.next("POST sharpen", {.status = 415});
  JobQueue queue(settings, room.home, events());
  for (std::size_t i = 0; i < 3; ++i) add(queue, i);
  queue.end();
  ASSERT_TRUE(run());
  int failed = 0;
  for (const auto& [index, result] : done) failed += !result;
  EXPECT_EQ(failed, 1);
}

TEST_F(Queue, WithoutAServiceEveryJobEndsWithItsError) {
  settings.service_url = "http://example.org";
  JobQueue queue(settings, room.home, events());
  add(queue, 0);
  add(queue, 1);
  queue.end();
  ASSERT_TRUE(run());
  EXPECT_FALSE(resolved);
  ASSERT_EQ(done.size(), 2u);
  EXPECT_EQ(done.at(0).error().kind, ErrorKind::bad_argument);
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Queue, WithoutAThreadEveryJobEndsWithAnError) {
  const std::vector uploads = {room.request({}).upload, room.request({}).upload};
  std::optional<JobQueue> queue;
  {
    const test::NoThreads none;
    queue.emplace(settings, room.home, events());
    for (const Upload& upload : uploads) (void)queue->add(upload, {});
  }
  queue->end();
  ASSERT_TRUE(run());
  EXPECT_FALSE(resolved);
  ASSERT_EQ(done.size(), 2u);
  for (const auto& [index, result] : done) {
    ASSERT_FALSE(result) << index;
    EXPECT_EQ(result.error().kind, ErrorKind::internal);
  }
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Queue, EndsWithoutAnyJob) {
  JobQueue queue(settings, room.home, events());
  queue.end();
  ASSERT_TRUE(run());
  EXPECT_TRUE(done.empty());
}

TEST_F(Queue, ItsEndCancelsAndTellsNothingMore) {
  topaz.set_states({"Processing"});
  {
    JobQueue queue(settings, room.home, events());
    add(queue, 0);
    while (topaz.count("GET status") == 0) std::this_thread::sleep_for(5ms);
  }
  while (g_main_context_iteration(nullptr, FALSE)) {
  }
  EXPECT_TRUE(done.empty());
  EXPECT_EQ(topaz.count("DELETE cancel"), 1u);
}

}  // namespace
}  // namespace sharpen
