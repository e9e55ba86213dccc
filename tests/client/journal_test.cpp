#include "client/journal/journal.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <thread>

#include "base/lease.h"
#include "base/sqlite.h"
#include "client/jobs/sweep.h"
#include "tests/client/test_folder.h"

namespace sharpen {
namespace {

JournalEntry full_entry() {
  JournalEntry entry;
  entry.step = JobStep::running;
  entry.service = ServiceKind::topaz;
  entry.base_url = "https://api.topazlabs.com";
  entry.upload_name = "gimp-1.png";
  entry.process_id = "d7b3b3b3-7b3b-4b3b-8b3b-3b3b3b3b3b3b";
  entry.download_url = "https://cdn.example.org/x?y='; DROP TABLE jobs; --";
  entry.settings.model = "Motion Blur";
  entry.settings.value(ParameterId::strength) = 0.25;
  entry.settings.max_cost = 3;
  entry.origin = {"0b5c", 7, -3, "file:///tmp/a%20b.xcf", "Łayer \"1\"", -12, 34, 5, 6, 4000, 7};
  entry.width = 4000000000U;
  entry.height = 2;
  entry.channels = 1;
  entry.bits = 16;
  entry.format = FileFormat::tiff;
  entry.original_file = "/tmp/o.tiff";
  entry.result_file = "/tmp/r.tiff";
  entry.cost = 1.5;
  entry.created = 1234567890123;
  entry.preview = true;
  entry.key_mark = "0badcafe";
  entry.fingerprint = "feed";
  entry.placed = 1234567890123456;
  return entry;
}

Journal open_or_die(const std::filesystem::path& file) {
  auto journal = Journal::open(file);
  if (!journal) throw std::runtime_error(journal.error().text());
  return std::move(*journal);
}

/// Runs `work` in a process of its own; its exit status.
int in_child(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work() ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A journal that holds one job of a process that is no more.
std::int64_t add_orphan(const std::filesystem::path& file, const JournalEntry& entry) {
  const int status = in_child([&] { return open_or_die(file).add(entry).has_value(); });
  EXPECT_EQ(status, 0);
  return 1;
}

class JournalTest : public testing::Test {
 protected:
  TestFolder folder_;
  std::filesystem::path file_ = folder_.path() / "private" / "jobs.sqlite";
};

TEST_F(JournalTest, KeepsEveryField) {
  const auto entry = full_entry();
  const auto id = open_or_die(file_).add(entry);
  ASSERT_TRUE(id) << id.error().text();
  const auto found = open_or_die(file_).find(*id);
  ASSERT_TRUE(found && *found);
  const auto& read = **found;
  EXPECT_EQ(read.id, *id);
  EXPECT_EQ(read.step, entry.step);
  EXPECT_EQ(read.service, entry.service);
  EXPECT_EQ(read.base_url, entry.base_url);
  EXPECT_EQ(read.upload_name, entry.upload_name);
  EXPECT_EQ(read.process_id, entry.process_id);
  EXPECT_EQ(read.download_url, entry.download_url);
  EXPECT_EQ(read.settings, entry.settings);
  EXPECT_EQ(read.origin.gimp_run, entry.origin.gimp_run);
  EXPECT_EQ(read.origin.image_id, entry.origin.image_id);
  EXPECT_EQ(read.origin.layer_tattoo, entry.origin.layer_tattoo);
  EXPECT_EQ(read.origin.image_file, entry.origin.image_file);
  EXPECT_EQ(read.origin.layer_name, entry.origin.layer_name);
  EXPECT_EQ(read.origin.offset_x, entry.origin.offset_x);
  EXPECT_EQ(read.origin.offset_y, entry.origin.offset_y);
  EXPECT_EQ(read.origin.box_x, entry.origin.box_x);
  EXPECT_EQ(read.origin.box_y, entry.origin.box_y);
  EXPECT_EQ(read.origin.layer_width, entry.origin.layer_width);
  EXPECT_EQ(read.origin.layer_height, entry.origin.layer_height);
  EXPECT_EQ(read.width, entry.width);
  EXPECT_EQ(read.height, entry.height);
  EXPECT_EQ(read.channels, entry.channels);
  EXPECT_EQ(read.bits, entry.bits);
  EXPECT_EQ(read.format, entry.format);
  EXPECT_EQ(read.original_file, entry.original_file);
  EXPECT_EQ(read.result_file, entry.result_file);
  EXPECT_EQ(read.cost, entry.cost);
  EXPECT_EQ(read.created, entry.created);
  EXPECT_EQ(read.preview, entry.preview);
  EXPECT_EQ(read.key_mark, entry.key_mark);
  EXPECT_EQ(read.fingerprint, entry.fingerprint);
  EXPECT_EQ(read.placed, entry.placed);
}

TEST_F(JournalTest, KeepsEveryStep) {
  auto journal = open_or_die(file_);
  auto entry = JournalEntry();
  entry.id = *journal.add(entry);
  for (const auto step :
       {JobStep::submitting, JobStep::running, JobStep::ready, JobStep::fetched, JobStep::placed}) {
    entry.step = step;
    ASSERT_TRUE(journal.update(entry));
    EXPECT_EQ((**journal.find(entry.id)).step, step);
  }
  EXPECT_FALSE((**journal.find(entry.id)).cost);
}

TEST_F(JournalTest, IsPrivate) {
  {
    auto journal = open_or_die(file_);
    ASSERT_TRUE(journal.add({}));
  }
  struct stat entry = {};
  ASSERT_EQ(::stat(file_.c_str(), &entry), 0);
  EXPECT_EQ(entry.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat(file_.parent_path().c_str(), &entry), 0);
  EXPECT_EQ(entry.st_mode & 0777, 0700U);

  ASSERT_EQ(::chmod(file_.c_str(), 0644), 0);
  open_or_die(file_);
  ASSERT_EQ(::stat(file_.c_str(), &entry), 0);
  EXPECT_EQ(entry.st_mode & 0777, 0600U) << "a restored backup must not stay readable";
}

TEST_F(JournalTest, TheJobOfALivingProcessIsNobodyElses) {
  auto journal = open_or_die(file_);
  auto entry = full_entry();
  entry.id = *journal.add(entry);
  EXPECT_TRUE(journal.unfinished()->empty());
  EXPECT_FALSE(*journal.adopt(entry.id)) << "another run in the same process works on it";
  const int status = in_child([&] {
    auto other = open_or_die(file_);
    return other.unfinished()->empty() && !*other.adopt(entry.id) &&
           other.update(entry).error().kind == ErrorKind::conflict &&
           other.remove(entry.id).error().kind == ErrorKind::conflict &&
           (static_cast<void>(other.release(entry.id)), other.unfinished()->empty());
  });
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(journal.update(entry));
}

TEST_F(JournalTest, TheJobOfADeadProcessIsAdoptedOnce) {
  const auto id = add_orphan(file_, full_entry());
  auto journal = open_or_die(file_);
  ASSERT_THAT(*journal.unfinished(), testing::SizeIs(1));
  EXPECT_TRUE(*journal.adopt(id));
  EXPECT_FALSE(*journal.adopt(id));
  EXPECT_TRUE(journal.unfinished()->empty());
  auto entry = **journal.find(id);
  entry.step = JobStep::fetched;
  EXPECT_TRUE(journal.update(entry));
  EXPECT_TRUE(journal.remove(id));
  EXPECT_FALSE(journal.find(id)->has_value());
  EXPECT_FALSE(*journal.adopt(id)) << "a job that was forgotten meanwhile";
  EXPECT_TRUE(journal.remove(id)) << "forgetting twice does no harm";
}

TEST_F(JournalTest, AnAdoptedJobIsAsItIsNowAndNotAsItWasListed) {
  const auto id = add_orphan(file_, full_entry());
  const auto listed = open_or_die(file_).unfinished()->front();
  EXPECT_EQ(in_child([&] {
              auto other = open_or_die(file_);
              auto entry = **other.adopt(id);
              entry.step = JobStep::fetched;
              return other.update(entry).has_value();
            }),
            0);
  const auto adopted = open_or_die(file_).adopt(id);
  ASSERT_TRUE(adopted && *adopted);
  EXPECT_EQ(listed.step, JobStep::running);
  EXPECT_EQ((*adopted)->step, JobStep::fetched);
}

TEST_F(JournalTest, WhatIsInAnImageIsListedApart) {
  auto entry = full_entry();
  entry.step = JobStep::placed;
  (void)add_orphan(file_, entry);
  EXPECT_TRUE(open_or_die(file_).unfinished()->empty());
  EXPECT_THAT(*open_or_die(file_).placed(), testing::SizeIs(1));
}

TEST_F(JournalTest, AReleasedJobCanBeFinishedLater) {
  auto journal = open_or_die(file_);
  const auto id = *journal.add(full_entry());
  ASSERT_TRUE(journal.release(id));
  EXPECT_THAT(*journal.unfinished(), testing::SizeIs(1));
  EXPECT_EQ(in_child([&] { return open_or_die(file_).adopt(id)->has_value(); }), 0);
  EXPECT_THAT(*journal.unfinished(), testing::SizeIs(1)) << "that process died too";
}

TEST_F(JournalTest, OldestFirst) {
  const int status = in_child([&] {
    auto journal = open_or_die(file_);
    auto entry = full_entry();
    for (const std::int64_t created : {30, 10, 20}) {
      entry.created = created;
      if (!journal.add(entry)) return false;
    }
    return true;
  });
  ASSERT_EQ(status, 0);
  std::vector<std::int64_t> order;
  const auto unfinished = open_or_die(file_).unfinished();
  ASSERT_TRUE(unfinished);
  for (const auto& entry : *unfinished) order.push_back(entry.created);
  EXPECT_THAT(order, testing::ElementsAre(10, 20, 30));
}

TEST_F(JournalTest, ManyProcessesAndThreadsWriteAtOnce) {
  constexpr int writers = 4, jobs = 8;
  const pid_t other = ::fork();
  if (other == 0) {
    bool good = true;
    for (int job = 0; job < jobs; ++job) {
      auto journal = Journal::open(file_);
      good = good && journal && journal->add(full_entry());
    }
    ::_exit(good ? 0 : 1);
  }
  std::vector<std::jthread> threads;
  std::atomic<int> failures = 0;
  for (int i = 0; i < writers; ++i)
    threads.emplace_back([&] {
      for (int job = 0; job < jobs; ++job) {
        auto journal = Journal::open(file_);
        if (!journal || !journal->add(full_entry())) ++failures;
      }
    });
  threads.clear();
  int status = -1;
  ::waitpid(other, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(failures, 0);
  auto database = sqlite::Database::open(file_, 1000);
  EXPECT_EQ(*database->integer("SELECT count(*) FROM jobs"), (writers + 1) * jobs);
}

TEST_F(JournalTest, OnlyOneOfManyAdopts) {
  const auto id = add_orphan(file_, full_entry());
  std::atomic<int> adopted = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] { adopted += open_or_die(file_).adopt(id)->has_value(); });
  }
  EXPECT_EQ(adopted, 1);
}

TEST_F(JournalTest, TheSpoolIsSweptOfWhatNoJobNames) {
  Home home;
  home.user = file_.parent_path();
  auto entry = full_entry();
  entry.original_file = home.spool() / "wanted.png";
  ASSERT_TRUE(Journal::open(home.journal())->add(entry));
  std::filesystem::create_directories(home.spool());
  for (const char* name :
       {"wanted.png", "wanted.selection", "old.png", "old.selection", "new.png"}) {
    std::ofstream(home.spool() / name) << "x";
    if (std::string_view(name) != "new.png")
      std::filesystem::last_write_time(
          home.spool() / name,
          std::filesystem::file_time_type::clock::now() - std::chrono::hours(72));
  }
  sweep(home);
  std::set<std::string> left;
  for (const auto& each : std::filesystem::directory_iterator(home.spool()))
    left.insert(each.path().filename());
  EXPECT_EQ(left, (std::set<std::string>{"new.png", "wanted.png", "wanted.selection"}));
}

TEST_F(JournalTest, ADamagedFileIsSetAsideAndWorkGoesOn) {
  std::filesystem::create_directories(file_.parent_path());
  std::ofstream(file_) << "this is not a database, whatever its name says"
                       << std::string(4096, 'x');
  {
    auto journal = open_or_die(file_);
    EXPECT_THAT(journal.notice(), testing::HasSubstr("set-aside"));
    EXPECT_TRUE(journal.add(full_entry()));
  }
  EXPECT_TRUE(open_or_die(file_).notice().empty());
  EXPECT_EQ(folder_.count_below("set-aside"), 1);
}

TEST_F(JournalTest, ATruncatedFileIsSetAside) {
  {
    auto journal = open_or_die(file_);
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(journal.add(full_entry()));
  }
  std::filesystem::resize_file(file_, 4096);
  auto journal = open_or_die(file_);
  EXPECT_FALSE(journal.notice().empty());
  EXPECT_TRUE(journal.add(full_entry()));
}

TEST_F(JournalTest, TheFileOfANewerVersionIsKept) {
  ASSERT_TRUE(open_or_die(file_).add(full_entry()));
  ASSERT_TRUE(sqlite::Database::open(file_, 1000)->run("PRAGMA user_version = 99"));
  auto journal = open_or_die(file_);
  EXPECT_FALSE(journal.notice().empty());
  EXPECT_TRUE(journal.add(full_entry()));
  for (const auto& entry : std::filesystem::directory_iterator(file_.parent_path())) {
    if (!entry.path().string().contains("set-aside")) continue;
    auto old = sqlite::Database::open(entry.path(), 1000);
    EXPECT_EQ(*old->integer("SELECT count(*) FROM jobs"), 1);
  }
}

TEST_F(JournalTest, TheJobsOfOlderVersionsAreKept) {
  // What each version did not have yet, the newest first.
  constexpr std::array<const char*, 3> without = {
      "ALTER TABLE jobs DROP COLUMN fingerprint; ALTER TABLE jobs DROP COLUMN placed;"
      "UPDATE jobs SET owner = ''; PRAGMA user_version = 3",
      "ALTER TABLE jobs DROP COLUMN box_x; ALTER TABLE jobs DROP COLUMN box_y;"
      "ALTER TABLE jobs DROP COLUMN layer_width; ALTER TABLE jobs DROP COLUMN layer_height;"
      "PRAGMA user_version = 2",
      "ALTER TABLE jobs DROP COLUMN key_mark; PRAGMA user_version = 1"};
  for (std::size_t older = 1; older <= without.size(); ++older) {
    const auto file = file_.parent_path() / std::to_string(older) / "jobs.sqlite";
    ASSERT_TRUE(open_or_die(file).add(full_entry()));
    for (const char* script : std::span(without).first(older))
      ASSERT_TRUE(sqlite::Database::open(file, 1000)->run(script));
    const auto journal = open_or_die(file);
    EXPECT_TRUE(journal.notice().empty());
    const auto jobs = journal.unfinished();
    ASSERT_TRUE(jobs);
    ASSERT_EQ(jobs->size(), 1u);
    const JournalEntry& job = jobs->front();
    EXPECT_EQ(job.upload_name, full_entry().upload_name);
    EXPECT_EQ(job.key_mark, older < 3 ? full_entry().key_mark : "");
    EXPECT_EQ(job.fingerprint, "");
    EXPECT_EQ(job.origin.offset_x, full_entry().origin.offset_x);
    EXPECT_EQ(job.origin.layer_width, older == 1 ? full_entry().origin.layer_width : 0);
  }
}

TEST_F(JournalTest, AForeignDatabaseIsSetAside) {
  std::filesystem::create_directories(file_.parent_path());
  ASSERT_TRUE(sqlite::Database::open(file_, 1000)
                  ->run("CREATE TABLE jobs (cv TEXT); PRAGMA user_version = 1"));
  auto journal = open_or_die(file_);
  EXPECT_FALSE(journal.notice().empty());
  EXPECT_TRUE(journal.add(full_entry()));
}

TEST_F(JournalTest, APowerCutInTheMiddleOfAWriteLosesNothingWritten) {
  const auto id = add_orphan(file_, full_entry());
  // A child that is killed inside a transaction leaves a hot rollback journal behind.
  const pid_t child = ::fork();
  if (child == 0) {
    auto database = sqlite::Database::open(file_, 1000);
    auto spilled = database->run(
        "PRAGMA cache_size = 1; BEGIN IMMEDIATE; DELETE FROM jobs;"
        "CREATE TABLE ballast AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 200) SELECT randomblob(4000) AS blob FROM n;");
    static_cast<void>(spilled);
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  auto journal = open_or_die(file_);
  EXPECT_TRUE(journal.notice().empty());
  ASSERT_TRUE(journal.find(id)->has_value());
  EXPECT_EQ((**journal.find(id)).process_id, full_entry().process_id);
}

TEST(JournalOpen, SaysWhatToDoWhereItCannotWrite) {
  const auto journal = Journal::open("/proc/nowhere/jobs.sqlite");
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().kind, ErrorKind::io);
  EXPECT_FALSE(journal.error().hint.empty());
}

}  // namespace
}  // namespace sharpen
