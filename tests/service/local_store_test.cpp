#include "service/store/local_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "service/store/records.h"
#include "tests/client/test_folder.h"
#include "tests/service/store_fixture.h"

namespace sharpen::server {
namespace {

class LocalStoreTest : public testing::Test {
 protected:
  std::unique_ptr<LocalStore> open(bool has_account = true) {
    auto store = LocalStore::open(folder_.path() / "state", has_account, 2000);
    EXPECT_TRUE(store) << store.error().text();
    return *std::move(store);
  }
  TestFolder folder_;
};

TEST_F(LocalStoreTest, EndsAndChargesAJobOnce) {
  std::string id;
  {
    auto store = open();
    id = submitted(*store);
    const auto job = store->claim();
    ASSERT_TRUE(job);
    EXPECT_EQ(store->credits()->reserved, 2);
    EXPECT_EQ(store->end(completed(*job)), true);
    EXPECT_EQ(store->end(completed(*job)), false);
    EXPECT_EQ(store->credits()->charged, 2);
    EXPECT_EQ(store->credits()->reserved, 0);
    EXPECT_EQ(store->usage("")->bytes, 150);
  }
  auto later = open();
  EXPECT_EQ((*later->find(id))->state, JobState::completed);
  EXPECT_EQ(later->charges()->size(), 1u);
  EXPECT_EQ(later->credits()->charged, 2);
  EXPECT_FALSE(later->claim());
  later->expire(1'000'000, 60, 60);
  EXPECT_FALSE(later->find(id));
  EXPECT_TRUE(later->charges()->empty());
  EXPECT_EQ(later->usage("")->bytes, 0);
  later.reset();
  EXPECT_EQ(open()->credits()->charged, 2) << "what is forgotten stays charged";
}

TEST_F(LocalStoreTest, TakesTurnsBetweenKeysAndPrefersFastJobs) { expect_turns(*open()); }

TEST_F(LocalStoreTest, GivesUpAJobThatEndsTheProcessEachTime) {
  std::string id;
  for (int tries = 0; tries < 3; ++tries) {
    auto store = open();
    if (tries == 0) id = submitted(*store);
    ASSERT_TRUE(store->claim()) << tries;
    store->start(id, 2000);
  }
  auto store = open();
  EXPECT_FALSE(store->claim());
  EXPECT_EQ((*store->find(id))->state, JobState::failed);
  EXPECT_EQ(store->credits()->reserved, 0);
}

TEST_F(LocalStoreTest, CountsNoAttemptThatWasGivenBack) {
  const std::string id = [&] {
    auto store = open();
    return submitted(*store);
  }();
  for (int tries = 0; tries < 5; ++tries) {
    auto store = open();
    ASSERT_TRUE(store->claim()) << tries;
    store->start(id, 2000);
    store->give_back(id);
  }
}

TEST_F(LocalStoreTest, RemovesPicturesThatNobodyKnows) {
  auto store = open();
  const auto known = store->pictures().source(a_source().id);
  const SourcePicture source = a_source();
  std::ofstream(store->pictures().source(source.id)) << "x";
  std::ofstream(known) << "x";
  (void)submitted(*store, a_job(source), source);
  store.reset();
  store = open();
  EXPECT_TRUE(std::filesystem::exists(store->pictures().source(source.id)));
  EXPECT_FALSE(std::filesystem::exists(known));
}

TEST_F(LocalStoreTest, AnswersAlsoForAJobThatIsRemovedBeforeItIsSaved) {
  auto store = open();
  const SourcePicture source = a_source();
  const Job job = a_job(source);
  int answers = 0;
  store->submit(job, source, [&](const Checked<void>&) { ++answers; });
  Job cancelled = job;
  cancelled.state = JobState::cancelled;
  ASSERT_EQ(store->end(cancelled), true);
  ASSERT_TRUE(store->remove(cancelled, 2000));
  EXPECT_TRUE(turn_until([&] { return answers > 0; }));
  EXPECT_FALSE(store->claim());
}

TEST_F(LocalStoreTest, LeavesNothingOfAJobThatCannotBeSaved) {
  auto store = open();
  const SourcePicture source = a_source();
  Job job = a_job(source);
  {
    auto lock = sqlite::Database::open(folder_.path() / "state" / "jobs.sqlite", 0);
    ASSERT_TRUE(lock);
    // What a full disk is to SQLite: the records cannot be written.
    ASSERT_TRUE(lock->run("ALTER TABLE records RENAME TO elsewhere"));
  }
  EXPECT_EQ(submitted(*store, job, source), "");
  EXPECT_FALSE(store->find(job.id));
  EXPECT_FALSE(store->find_source(source.id));
  EXPECT_EQ(store->usage("")->unfinished, 0);
  EXPECT_EQ(store->usage("")->bytes, 0);
  EXPECT_EQ(store->credits()->reserved, 0);
}

TEST_F(LocalStoreTest, SaysWhileItCannotSaveWhatHappened) {
  auto store = open();
  const std::string id = submitted(*store);
  const auto job = store->claim();
  auto other = sqlite::Database::open(folder_.path() / "state" / "jobs.sqlite", 0);
  ASSERT_TRUE(other->run("ALTER TABLE records RENAME TO elsewhere"));
  EXPECT_TRUE(store->check());
  EXPECT_EQ(store->end(completed(*job)), true);
  EXPECT_TRUE(turn_until([&] { return !store->check(); }));
  EXPECT_EQ(store->check().error().status, 503u);
  ASSERT_TRUE(other->run("ALTER TABLE elsewhere RENAME TO records"));
  EXPECT_TRUE(turn_until([&] { return store->check().has_value(); }));
}

TEST_F(LocalStoreTest, TakesOverWhatTheFirstVersionLeft) {
  const SourcePicture source = a_source();
  Job job = a_job(source), waiting = a_job(source);
  job.state = JobState::completed;
  waiting.sequence = 1;
  const auto state = folder_.path() / "state";
  for (const char* name : {"sources", "jobs"}) std::filesystem::create_directories(state / name);
  std::ofstream(state / "sources" / source.id) << "picture";
  std::ofstream(state / "sources" / (source.id + ".json")) << to_text(source);
  std::ofstream(state / "jobs" / job.id) << "result";
  std::ofstream(state / "jobs" / (job.id + ".json")) << to_text(job);
  std::ofstream(state / "jobs" / (waiting.id + ".json")) << to_text(waiting);
  std::ofstream(state / "jobs" / (new_id() + ".json")) << "{ damaged";
  std::ofstream(state / "charges.jsonl")
      << to_text(Charge{.process_id = job.id, .filename = "a.png", .credits = 2, .time = 1000})
      << "\n{\"process_id\":\"cut";
  for (int starts = 0; starts < 2; ++starts) {
    auto store = open();
    EXPECT_EQ((*store->find(job.id))->state, JobState::completed);
    EXPECT_TRUE(std::filesystem::exists(store->pictures().output(job.id)));
    EXPECT_TRUE(std::filesystem::exists(store->pictures().source(source.id)));
    EXPECT_EQ(store->usage("")->bytes, 7 + 6);
    EXPECT_EQ(store->credits()->charged, 2);
    ASSERT_TRUE(store->claim()) << "what was queued is done";
    EXPECT_FALSE(std::filesystem::exists(state / "charges.jsonl"));
    EXPECT_FALSE(std::filesystem::exists(state / "jobs" / (job.id + ".json")));
  }
}

TEST_F(LocalStoreTest, KeepsWhatTheFirstVersionLeftWhileItCannotBeRead) {
  const auto state = folder_.path() / "state";
  const SourcePicture readable = a_source(), unreadable = a_source();
  const auto record = [&](const SourcePicture& source) {
    return state / "sources" / (source.id + ".json");
  };
  std::filesystem::create_directories(state / "sources");
  for (const SourcePicture& source : {readable, unreadable})
    std::ofstream(state / "sources" / source.id) << "picture";
  std::ofstream(record(readable)) << to_text(readable);
  for (const auto& in_the_way : {record(unreadable), state / "charges.jsonl"}) {
    // A folder is what nobody can read as a file, not even root.
    std::filesystem::create_directory(in_the_way);
    EXPECT_FALSE(LocalStore::open(state, true, 2000)) << in_the_way;
    EXPECT_TRUE(std::filesystem::exists(in_the_way));
    EXPECT_TRUE(std::filesystem::exists(record(readable)));
    EXPECT_TRUE(std::filesystem::exists(state / "sources" / unreadable.id));
    std::filesystem::remove(in_the_way);
  }
  std::ofstream(record(unreadable)) << to_text(unreadable);
  auto store = open();
  for (const SourcePicture& source : {readable, unreadable}) {
    EXPECT_TRUE(store->find_source(source.id));
    EXPECT_TRUE(std::filesystem::exists(store->pictures().source(source.id)));
  }
}

TEST(Journal, WritesLaterWhatCannotBeWrittenNow) {
  const TestFolder folder;
  const auto file = folder.path() / "jobs.sqlite";
  {
    auto journal = Journal::open(file);
    ASSERT_TRUE(journal);
    auto other = sqlite::Database::open(file, 0);
    ASSERT_TRUE(other->run("ALTER TABLE records RENAME TO elsewhere"));
    bool refused = false;
    (*journal)->write({{RecordKind::job, "a", "first"}});
    (*journal)->write({{RecordKind::job, "b", "second"}},
                      [&](const Result<void>& saved) { refused = !saved; });
    EXPECT_TRUE(turn_until([&] { return refused; }));
    EXPECT_TRUE((*journal)->behind());
    ASSERT_TRUE(other->run("ALTER TABLE elsewhere RENAME TO records"));
  }
  auto journal = Journal::open(file);
  EXPECT_EQ((*journal)->load(RecordKind::job), std::vector<std::string>{"first"});
}

}  // namespace
}  // namespace sharpen::server
