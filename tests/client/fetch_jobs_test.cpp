#include "client/jobs/fetch_jobs.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "base/sqlite.h"
#include "client/keys/keys.h"
#include "job_fixture.h"
#include "no_threads.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using test::FakeTopaz;
using test::JobRoom;

class FetchJobs : public Job {
 protected:
  /// The journal's entry of a job that a dead process left at a service.
  void leave(const std::string& base_url, const std::string& process_id) {
    JournalEntry entry;
    entry.step = JobStep::running;
    entry.service = ServiceKind::own_server;
    entry.base_url = base_url;
    entry.process_id = process_id;
    entry.upload_name = "gimp-" + process_id + ".png";
    entry.settings.service_url = base_url;
    entry.width = JobRoom::width;
    entry.height = JobRoom::height;
    ASSERT_TRUE(store_key(ServiceKind::own_server, base_url, FakeTopaz::key, KeyPlace::file,
                          room.home, nullptr));
    auto journal = Journal::open(room.home.journal());
    const auto id = journal->add(entry);
    ASSERT_TRUE(id && journal->release(*id));
  }

  /// What came of each, by process id: an error's kind, or "fetched".
  std::map<std::string, std::string> fetch(std::chrono::milliseconds limit) {
    return fetch(limit, *Journal::open(room.home.journal())->unfinished());
  }
  std::map<std::string, std::string> fetch(std::chrono::milliseconds limit,
                                           const std::vector<JournalEntry>& jobs) {
    std::map<std::string, std::string> outcome;
    fetch_jobs(jobs, room.home,
               {.limit = limit,
                .longest_ask = 2s,
                .pause = 50ms,
                .download = {.silence = 1s, .least = 4096, .tries = 2}},
               [&](const JournalEntry& job, const Result<JobResult>& result) {
                 order.push_back(job.process_id);
                 outcome[job.process_id] =
                     result ? "fetched" : std::string(name_of(result.error().kind));
                 errors += result ? "" : result.error().text() + "\n";
               });
    return outcome;
  }

  std::vector<std::string> order;
  std::string errors;
};

TEST_F(FetchJobs, OneThatIsStuckHoldsUpNone) {
  FakeTopaz stuck;
  stuck.set_states({"Processing"});
  topaz.set_states({"Completed"});
  for (int i = 0; i < 6; ++i) leave(stuck.address().base_url, stuck.add_job("a.png"));
  const std::string ready = topaz.add_job("b.png");
  leave(topaz.address().base_url, ready);
  const auto outcome = fetch(0ms);
  EXPECT_EQ(outcome.size(), 7u);
  EXPECT_EQ(outcome.at(ready), "fetched") << errors;
  EXPECT_EQ(std::ranges::count(order, ready), 1);
  EXPECT_TRUE(errors.contains("still working")) << errors;
  EXPECT_EQ(stuck.count("DELETE cancel"), 0u) << "a job that is at work was stopped";
  EXPECT_EQ(Journal::open(room.home.journal())->unfinished()->size(), 6u) << "kept for later";
}

TEST_F(FetchJobs, WhatBecomesReadyBeforeTheLimitIsFetched) {
  topaz.set_states({"Pending", "Processing", "Completed"});
  const std::string job = topaz.add_job("a.png");
  leave(topaz.address().base_url, job);
  EXPECT_EQ(fetch(60s).at(job), "fetched") << errors;
}

TEST_F(FetchJobs, AJobIsFetchedAsItIsNowAndNotAsItWasListed) {
  topaz.set_states({"Completed"});
  leave(topaz.address().base_url, "unknown");
  const auto listed = *Journal::open(room.home.journal())->unfinished();
  const std::string job = topaz.add_job("a.png");
  ASSERT_TRUE(sqlite::Database::open(room.home.journal(), 1000)
                  ->run(("UPDATE jobs SET process_id = '" + job + "'").c_str()));
  EXPECT_EQ(fetch(0ms, listed).at(job), "fetched") << errors;
}

TEST_F(FetchJobs, WhereTheSystemHasNoMoreThreadsEachJobIsHeardOf) {
  topaz.set_states({"Completed"});
  for (const char* name : {"a.png", "b.png", "c.png"})
    leave(topaz.address().base_url, topaz.add_job(name));
  const test::NoThreads none;
  const auto outcome = fetch(0ms);
  EXPECT_EQ(outcome.size(), 3u);
  for (const auto& [job, what] : outcome) EXPECT_EQ(what, "network") << "a request needs one, too";
}

TEST_F(FetchJobs, AServiceThatDoesNotAnswerIsLeftInTime) {
  FakeTopaz silent;
  silent.delay("GET status", 4s);
  const std::string job = silent.add_job("a.png");
  leave(silent.address().base_url, job);
  EXPECT_EQ(fetch(0ms).at(job), "network") << errors;
  EXPECT_EQ(silent.count("DELETE cancel"), 0u);
  EXPECT_EQ(Journal::open(room.home.journal())->unfinished()->size(), 1u);
}

TEST_F(FetchJobs, AHostThatDripsForEverIsLeftInTime) {
  std::atomic<int> asked = 0;
  const test::RawServer dripping([&](int socket) {
    test::read_head(socket);
    ++asked;
    const std::string_view head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
    for (auto left = ::send(socket, head.data(), head.size(), MSG_NOSIGNAL); left > 0;
         left = ::send(socket, "x", 1, MSG_NOSIGNAL))
      std::this_thread::sleep_for(50ms);
  });
  FakeTopaz far;
  far.set_states({"Completed"});
  far.next("GET download", {.body = R"({"download_url":")" + dripping.url() + R"(/r"})"}, 1000);
  std::vector<std::string> stuck;
  for (int i = 0; i < 5; ++i)
    leave(far.address().base_url, stuck.emplace_back(far.add_job("a.png")));
  topaz.set_states({"Completed"});
  const std::string ready = topaz.add_job("b.png");
  leave(topaz.address().base_url, ready);
  const auto outcome = fetch(0ms);
  EXPECT_EQ(outcome.at(ready), "fetched") << errors;
  for (const std::string& job : stuck) EXPECT_EQ(outcome.at(job), "network") << errors;
  EXPECT_LE(asked, 8) << "two tries of each of the four that were asked for at once";
  EXPECT_EQ(Journal::open(room.home.journal())->unfinished()->size(), 5u) << "kept for later";
}

}  // namespace
}  // namespace sharpen
