#include "plugin/files/files_job.h"

#include <fstream>

#include "base/sqlite.h"
#include "tests/client/job_fixture.h"

namespace sharpen {
namespace {

class FilesJobTest : public Job {
 protected:
  Result<FilesJob> run_file(Budget& budget, const OnProgress& on_progress) {
    return run_files_job(room.request(topaz.address()), {budget, throttle, room.home}, wanted,
                         begun, on_progress, nullptr);
  }
  /// As another run does at its end.
  void write_elsewhere(const std::string& name) {
    const auto file = room.folder.path() / name;
    std::ofstream(file) << "result";
    auto manifest = Manifest::open(room.home.journal());
    ASSERT_TRUE(manifest && manifest->claim(wanted.key, file));
    WrittenOutput output;
    output.file = file;
    ASSERT_TRUE(manifest->record(wanted.key, file, output, file));
  }
  /// The journal with it stays as it is.
  void break_manifest() {
    auto database = sqlite::Database::open(room.home.journal(), 10'000);
    ASSERT_TRUE(database && database->run("DROP TABLE IF EXISTS outputs; "
                                          "CREATE TABLE outputs (other TEXT)"));
  }
  /// A job that was begun, whose result is gone when it is to be fetched.
  void lose_earlier_job() {
    topaz.next("GET status", {.status = 401});
    ASSERT_FALSE(run());
    ASSERT_EQ(topaz.jobs(), 1);
    topaz.next("GET download", {.status = 404});
    topaz.next("GET list", {.body = R"({"data":[],"pagination":{"has_next_page":false}})"});
  }

  Throttle throttle{1};
  const WantedOutput wanted{.key = {.content = "content", .settings = "settings"},
                            .format = OutputFormat::jpeg};
  std::atomic<bool> begun = false;
};

TEST_F(FilesJobTest, WhatAnotherRunWritesBeforeTheEntryIsInTheJournalIsNotSent) {
  for (const auto limit : {std::optional(10.0), std::optional<double>()}) {
    Budget budget(limit);
    bool wrote = false;
    const auto job = run_file(budget, [&](const JobProgress& now) {
      if (now.stage != Stage::preparing || std::exchange(wrote, true)) return;
      for (const char* name : {"elsewhere.png", "later.JPG"}) write_elsewhere(name);
    });
    ASSERT_TRUE(job) << job.error().text();
    EXPECT_TRUE(wrote);
    ASSERT_TRUE(job->equal);
    EXPECT_EQ(job->equal->file.filename(), "later.JPG");
    EXPECT_EQ(topaz.jobs(), 0);
    EXPECT_TRUE(room.entries().empty());
    EXPECT_EQ(room.spooled_files(), 0u);
    EXPECT_TRUE(budget.take(10)) << "nothing was paid";
    std::filesystem::remove(room.folder.path() / "later.JPG");
  }
}

TEST_F(FilesJobTest, NothingIsSentWhileItCannotBeSeenWhatOthersWrote) {
  ASSERT_TRUE(Journal::open(room.home.journal()));
  for (const bool from_the_start : {false, true}) {
    Budget budget(10.0);
    if (from_the_start) break_manifest();
    const auto job = run_file(budget, [&](const JobProgress& now) {
      if (now.stage == Stage::preparing) break_manifest();
    });
    ASSERT_FALSE(job);
    EXPECT_EQ(job.error().kind, ErrorKind::io) << job.error().text();
    EXPECT_EQ(topaz.jobs(), 0);
    EXPECT_TRUE(room.entries().empty());
    EXPECT_EQ(room.spooled_files(), 0u);
    EXPECT_TRUE(budget.take(10)) << "nothing was paid";
  }
}

TEST_F(FilesJobTest, TakesItsPlaceAgainWhereTheJobThatItFollowedIsGone) {
  lose_earlier_job();
  Budget budget({});
  bool left = false;
  const auto job = run_file(budget, [&](const JobProgress& now) {
    if (now.stage == Stage::downloading) left = throttle.running() == 0;
    if (now.stage == Stage::uploading) {
      EXPECT_EQ(throttle.running(), 1);
    }
  });
  ASSERT_TRUE(job) << job.error().text();
  EXPECT_TRUE(left);
  EXPECT_FALSE(job->result.paid_before);
  EXPECT_EQ(topaz.jobs(), 2);
}

TEST_F(FilesJobTest, WithoutAPlaceAgainNothingIsSent) {
  lose_earlier_job();
  Budget budget({});
  const auto job = run_file(budget, [&](const JobProgress& now) {
    if (now.stage == Stage::downloading) throttle.close();
  });
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().kind, ErrorKind::cancelled) << job.error().text();
  EXPECT_FALSE(begun);
  EXPECT_EQ(topaz.jobs(), 1);
  EXPECT_TRUE(room.entries().empty());
}

}  // namespace
}  // namespace sharpen
