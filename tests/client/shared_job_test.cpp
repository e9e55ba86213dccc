#include <unistd.h>

#include <format>
#include <fstream>
#include <thread>

#include "base/lease.h"
#include "base/sqlite.h"
#include "client/jobs/job_run.h"
#include "client/jobs/wait_mark.h"
#include "client/journal/journal_rows.h"
#include "job_fixture.h"

// Two runs that are at work at the same time on the same picture with the same settings.

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using test::JobRoom;

class SharedJob : public Job {
 protected:
  /// Begins a job and leaves it to another process that is alive: the one that started this test.
  void begin_elsewhere() {
    topaz.next("GET status", {.status = 401});
    ASSERT_FALSE(run());
    ASSERT_EQ(topaz.jobs(), 1);
    change(std::format("UPDATE jobs SET owner = '{}'", Lease::of(::getppid()).text()));
    ASSERT_TRUE(Journal::open(room.home.journal())->unfinished()->empty());
  }
  /// One that came to its end there.
  void fetch_elsewhere() {
    ASSERT_TRUE(run());
    change(std::format("UPDATE jobs SET owner = '{}'", Lease::of(::getppid()).text()));
  }
  /// The service does not list what it has.
  void list_nothing() {
    topaz.next("GET list", {.body = R"({"data":[],"pagination":{"has_next_page":false}})"}, 1000);
  }
  void change(const std::string& statement) const {
    const auto changed =
        sqlite::Database::open(room.home.journal(), 10'000)->run(statement.c_str());
    EXPECT_TRUE(changed) << changed.error().text();
  }
};

TEST_F(SharedJob, AJobOfALivingRunIsNotPaidForAgain) {
  begin_elsewhere();
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->paid_before && result->told_elsewhere);
  EXPECT_EQ(result->info.width, JobRoom::width);
  EXPECT_EQ(topaz.jobs(), 1);
  const auto jobs = *Journal::open(room.home.journal())->jobs();
  ASSERT_EQ(jobs.size(), 2u) << "each run has its entry";
  for (const JournalEntry& job : jobs)
    EXPECT_TRUE(std::filesystem::exists(job.original_file)) << "recovery needs it";
  ASSERT_TRUE(placed_job(result->journal_id, room.home));
  EXPECT_EQ(Journal::open(room.home.journal())->placed()->size(), 1u);
}

TEST_F(SharedJob, ThePriceOfOneWhoseRunEndedIsToldWithItsResult) {
  topaz.next("GET status", {.status = 401});
  ASSERT_FALSE(run());
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->paid_before);
  EXPECT_FALSE(result->told_elsewhere);
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_F(SharedJob, OneThatIsStillBeingSentIsWaitedFor) {
  begin_elsewhere();
  list_nothing();
  const auto sent = Journal::open(room.home.journal())->jobs()->at(0).process_id;
  change("UPDATE jobs SET step = 'submitting', process_id = ''");
  bool waited = false;
  const auto accept = [&](const JobProgress& progress) {
    if (progress.stage != Stage::waiting || std::exchange(waited, true)) return;
    EXPECT_EQ(topaz.count("POST sharpen"), 1u);
    change("UPDATE jobs SET step = 'running', process_id = '" + sent + "'");
  };
  const auto result = run_job(room.request(topaz.address()), room.home, accept, nullptr);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(waited);
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_F(SharedJob, OneWhosePictureWasRefusedElsewhereIsSentByTheRunThatWaits) {
  begin_elsewhere();
  list_nothing();
  change("UPDATE jobs SET step = 'submitting', process_id = ''");
  bool waited = false;
  const auto refuse = [&](const JobProgress& progress) {
    if (progress.stage == Stage::waiting && !std::exchange(waited, true))
      change("DELETE FROM jobs");
  };
  const auto result = run_job(room.request(topaz.address()), room.home, refuse, nullptr);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_FALSE(result->paid_before);
  EXPECT_EQ(topaz.jobs(), 2);
}

TEST_F(SharedJob, ItsResultThatCameWithTheAnswerIsTaken) {
  const auto first = run();
  ASSERT_TRUE(first);
  change(
      std::format("UPDATE jobs SET process_id = '', owner = '{}'", Lease::of(::getppid()).text()));
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(topaz.jobs(), 1);
  EXPECT_EQ(topaz.count("GET result"), 1u);
}

TEST_F(SharedJob, CancellingDoesNotStopItForTheOtherRun) {
  begin_elsewhere();
  topaz.set_states({"Processing"});
  const auto result = run_until(Stage::sharpening);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_TRUE(result.error().hint.contains("Another run")) << result.error().hint;
  EXPECT_EQ(topaz.count("DELETE cancel"), 0u);
  EXPECT_EQ(Journal::open(room.home.journal())->jobs()->size(), 1u);
}

TEST_F(SharedJob, TheWaitForOneThatIsBeingSentCanBeCancelled) {
  begin_elsewhere();
  list_nothing();
  change("UPDATE jobs SET step = 'submitting', process_id = ''");
  const auto result = run_until(Stage::waiting);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_TRUE(result.error().hint.contains("nothing is charged")) << result.error().hint;
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_F(SharedJob, OneThatTheServiceListsNeedsNoNumberOfTheOtherRun) {
  begin_elsewhere();
  topaz.set_states({"Completed"});
  change("UPDATE jobs SET step = 'submitting', process_id = '', created = created - 3600");
  const auto result = run_until(Stage::waiting);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->paid_before);
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_F(SharedJob, OneWhoseRunEndedWhileItSentIsNotWaitedForForHours) {
  begin_elsewhere();
  list_nothing();
  change("UPDATE jobs SET step = 'submitting', process_id = '', created = created - 3600");
  for (const auto kind : {ServiceKind::topaz, ServiceKind::aimlapi}) {
    change("UPDATE jobs SET service = '" + std::string(word_of(kind)) + "'");
    const auto result = run_until(Stage::waiting, kind);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::maybe_billed) << result.error().text();
  }
  EXPECT_EQ(topaz.jobs(), 1);
  EXPECT_EQ(room.entries().size(), 1u);
}

TEST_F(SharedJob, OneThatTheOtherRunCancelsIsSentByThisOne) {
  begin_elsewhere();
  topaz.next("GET status", {.body = R"({"status":"Cancelled"})"});
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_FALSE(result->paid_before);
  EXPECT_EQ(topaz.jobs(), 2);
  const auto mine = Journal::open(room.home.journal())->find(result->journal_id);
  ASSERT_TRUE(mine && *mine);
  EXPECT_TRUE(std::filesystem::exists((*mine)->original_file)) << "recovery needs it";
}

TEST_F(SharedJob, AResultThatTheOtherRunHasIsNotFetchedAgain) {
  fetch_elsewhere();
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->paid_before);
  EXPECT_EQ(topaz.jobs(), 1);
  EXPECT_EQ(topaz.count("GET result"), 1u);
  const auto theirs = Journal::open(room.home.journal())->jobs()->at(0).result_file;
  ASSERT_TRUE(finish_job(result->journal_id, room.home));
  EXPECT_TRUE(std::filesystem::exists(theirs)) << "the other run needs it";
}

TEST_F(SharedJob, AResultThatCannotBeCopiedIsAnErrorAtOnce) {
  fetch_elsewhere();
  change("UPDATE jobs SET process_id = '', result_file = '" + room.home.spool().string() + "'");
  const auto result = run_until(Stage::waiting);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::io) << result.error().text();
}

/// As runs on many files end, and without a number at the service, which the AI/ML API gives none.
TEST_F(SharedJob, AResultThatAnotherRunWaitsForIsLeftToIt) {
  begin_elsewhere();
  change(
      std::format("UPDATE jobs SET step = 'submitting', process_id = '', owner = '{}', "
                  "service = 'aimlapi'",
                  Lease::mine().text()));
  const auto id = Journal::open(room.home.journal())->jobs()->at(0).id;
  bool waited = false;
  const auto end_there = [&](const JobProgress& progress) {
    if (progress.stage != Stage::waiting || std::exchange(waited, true)) return;
    auto file = SpoolFile::create(".png", room.home.spool());
    ASSERT_TRUE(file);
    std::ofstream(file->path()) << room.picture(JobRoom::width, JobRoom::height);
    change("UPDATE jobs SET step = 'fetched', result_file = '" + file->keep().string() + "'");
    ASSERT_TRUE(finish_job(id, room.home));
  };
  const auto result =
      run_job(room.request(topaz.address(ServiceKind::aimlapi)), room.home, end_there, nullptr);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(waited);
  EXPECT_TRUE(result->paid_before);
  EXPECT_FALSE(result->told_elsewhere) << "it is this process that has it";
  EXPECT_EQ(topaz.api().count("POST", "/v1/images/generations"), 0u);
  ASSERT_TRUE(finish_job(result->journal_id, room.home));
  EXPECT_TRUE(Journal::open(room.home.journal())->jobs()->empty()) << "nobody waits any more";
}

TEST_F(SharedJob, AResultIsLeftOnlyToARunThatWantsThatVeryOne) {
  auto request = room.request(topaz.address());
  request.settings.max_cost = 100;
  const auto result = run(request);
  ASSERT_TRUE(result) << result.error().text();
  const auto id = result->journal_id;
  JournalEntry other = room.entries().at(0);
  other.settings.max_cost.reset();
  {
    const auto same = WaitMark::set(room.home, other);
    ASSERT_TRUE(finish_job(id, room.home));
    EXPECT_EQ(room.entries().size(), 1u) << "a limit is no setting of the service";
  }
  JournalEntry elsewhere = other;
  elsewhere.base_url += "/another";
  other.settings.value(ParameterId::strength) = 0.25;
  const auto waits = WaitMark::set(room.home, other),
             elsewhere_waits = WaitMark::set(room.home, elsewhere);
  ASSERT_TRUE(waits && elsewhere_waits);
  ASSERT_TRUE(finish_job(id, room.home));
  EXPECT_TRUE(room.entries().empty());
}

TEST_F(SharedJob, AResultThatTheOtherRunHasLostIsFetchedFromTheService) {
  fetch_elsewhere();
  std::filesystem::remove(Journal::open(room.home.journal())->jobs()->at(0).result_file);
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->paid_before);
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_F(SharedJob, OneThatIsBeingSentForTooLongIsLeftToTheOtherRun) {
  begin_elsewhere();
  const auto theirs = room.spooled_files();
  list_nothing();
  change("UPDATE jobs SET step = 'submitting', process_id = ''");
  Pace pace = pace_for(topaz.address());
  pace.deadline = 300ms;
  pace.longest_poll = std::chrono::hours(1);
  const auto result =
      JobRun(topaz.address(), room.home, {}, nullptr, pace).start(room.request(topaz.address()));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::conflict) << result.error().text();
  EXPECT_EQ(topaz.count("GET list"), 1u) << "it was asked at each look into the journal";
  EXPECT_EQ(topaz.jobs(), 1);
  EXPECT_EQ(room.spooled_files(), theirs);
}

TEST_F(SharedJob, AKeyThatIsRefusedEndsTheWaitForOneThatIsBeingSent) {
  begin_elsewhere();
  change("UPDATE jobs SET step = 'submitting', process_id = ''");
  topaz.next("GET list", {.status = 503});
  topaz.next("GET list", {.status = 401});
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::key_refused) << result.error().text();
  EXPECT_EQ(topaz.count("GET list"), 2u) << "a fault that passes is waited out";
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_F(SharedJob, WhatGoesWrongInThisRunIsKeptForThisRunsLayer) {
  begin_elsewhere();
  topaz.next("GET status", {.status = 401});
  auto request = room.request(topaz.address());
  request.origin.layer_name = "mine";
  ASSERT_FALSE(run(request));
  const auto mine = *Journal::open(room.home.journal())->unfinished();
  ASSERT_EQ(mine.size(), 1u);
  EXPECT_EQ(mine[0].origin.layer_name, "mine");
  EXPECT_EQ(mine[0].original_file, request.upload.file);
  EXPECT_TRUE(std::filesystem::exists(mine[0].original_file)) << "recovery needs it";
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_F(SharedJob, AnEarlierJobIsKeptForTheLayerOfTheLaterRun) {
  std::size_t files = 0;
  for (const char* layer : {"first", "second"}) {
    topaz.next("GET status", {.status = 401});
    auto request = room.request(topaz.address());
    request.origin.layer_name = layer;
    ASSERT_FALSE(run(request));
    const auto kept = room.entries();
    ASSERT_EQ(kept.size(), 1u);
    EXPECT_EQ(kept[0].origin.layer_name, layer);
    EXPECT_EQ(kept[0].original_file, request.upload.file);
    EXPECT_TRUE(std::filesystem::exists(kept[0].original_file));
    EXPECT_TRUE(files == 0 || room.spooled_files() == files);
    files = room.spooled_files();
  }
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_F(SharedJob, AnEarlierJobThatIsCancelledIsNotSentAgain) {
  topaz.next("GET status", {.status = 401});
  ASSERT_FALSE(run());
  topaz.set_states({"Processing"});
  const auto result = run_until(Stage::sharpening);
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().hint.contains("The service stopped the job")) << result.error().hint;
  EXPECT_EQ(topaz.jobs(), 1);
  EXPECT_TRUE(room.entries().empty());
}

TEST_F(SharedJob, AnEarlierJobThatCannotBeNotedIsGivenBack) {
  topaz.next("GET status", {.status = 401});
  ASSERT_FALSE(run());
  change("CREATE TRIGGER full BEFORE UPDATE OF step ON jobs BEGIN SELECT RAISE(FAIL, 'full'); END");
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::io) << result.error().text();
  EXPECT_EQ(Journal::open(room.home.journal())->unfinished()->size(), 1u)
      << "nobody else could fetch it while this process lives";
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_F(SharedJob, ThePaidJobAfterOneThatEndedElsewhereIsKept) {
  begin_elsewhere();
  topaz.next("GET status", {.body = R"({"status":"Cancelled"})"});
  topaz.next("GET status", {.status = 401});
  ASSERT_FALSE(run());
  EXPECT_EQ(topaz.jobs(), 2);
  const auto mine = *Journal::open(room.home.journal())->unfinished();
  ASSERT_EQ(mine.size(), 1u) << "it is paid for";
  EXPECT_TRUE(std::filesystem::exists(mine[0].original_file));
}

TEST_F(SharedJob, AJobAfterOneThatEndedElsewhereIsThisRunsToCancel) {
  begin_elsewhere();
  topaz.next("GET status", {.body = R"({"status":"Cancelled"})"});
  topaz.set_states({"Processing"});
  const auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  const auto stop = [&](const JobProgress& now) {
    if (now.stage == Stage::sharpening && topaz.jobs() == 2)
      g_cancellable_cancel(cancellable.get());
  };
  ASSERT_FALSE(run_job(room.request(topaz.address()), room.home, stop, cancellable.get()));
  EXPECT_EQ(topaz.count("DELETE cancel"), 1u);
}

TEST_F(SharedJob, ARefusalAfterAJobThatNeverArrivedLeavesNothing) {
  topaz.next("POST sharpen", {.status = 0});
  ASSERT_FALSE(run());
  change("UPDATE jobs SET created = created - 3600");
  topaz.next("POST sharpen", {.status = 422});
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::refused) << result.error().text();
  EXPECT_TRUE(room.entries().empty());
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(SharedJob, AnotherAccountSendsItsOwn) {
  begin_elsewhere();
  change("UPDATE jobs SET key_mark = '00000000'");
  ASSERT_TRUE(run());
  EXPECT_EQ(topaz.jobs(), 2);
}

TEST_F(SharedJob, OfTwoThatBeginAtOnceTheSmallerEntrySends) {
  ASSERT_TRUE(Journal::open(room.home.journal()));
  // The other run's entry comes just before ours, after we looked for one.
  std::string values = entry_columns;
  for (std::size_t at = 0; at != values.npos; at = values.find(", ", at)) {
    if (at > 0) at += 2;
    values.insert(at, "NEW.");
  }
  const auto id = values.find("NEW.process_id");
  values.replace(id, std::string("NEW.process_id").size(), "'" + topaz.add_job("rival.png") + "'");
  change(
      std::format("CREATE TRIGGER rival BEFORE INSERT ON jobs WHEN (SELECT count(*) FROM jobs) "
                  "= 0 BEGIN INSERT INTO jobs ({}, owner, renewed) VALUES ({}, '{}', "
                  "NEW.renewed); END",
                  entry_columns, values, Lease::of(::getppid()).text()));
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->paid_before);
  EXPECT_EQ(topaz.count("POST sharpen"), 0u);
}

TEST_F(SharedJob, RunsThatBeginAtOncePayOnce) {
  std::vector<JobRequest> requests;
  for (int i = 0; i < 4; ++i) requests.push_back(room.request(topaz.address()));
  std::atomic<int> brought = 0;
  {
    std::vector<std::jthread> runs;
    for (const JobRequest& request : requests)
      runs.emplace_back([&] { brought += run_job(request, room.home, {}, nullptr).has_value(); });
  }
  EXPECT_EQ(brought, 4);
  EXPECT_EQ(topaz.jobs(), 1);
}

/// As runs on many files do.
TEST_F(SharedJob, RunsThatBeginAtOncePayOnceThoughEachFinishesItsJob) {
  std::vector<JobRequest> requests;
  for (int i = 0; i < 4; ++i) requests.push_back(room.request(topaz.address()));
  std::atomic<int> brought = 0;
  topaz.delay("POST sharpen", 200ms);
  topaz.set_states({"Completed"});
  {
    std::vector<std::jthread> runs;
    for (const JobRequest& request : requests)
      runs.emplace_back([&] {
        const auto result = run_job(request, room.home, {}, nullptr);
        brought += result && finish_job(result->journal_id, room.home);
      });
  }
  EXPECT_EQ(brought, 4);
  EXPECT_EQ(topaz.jobs(), 1);
}

}  // namespace
}  // namespace sharpen
