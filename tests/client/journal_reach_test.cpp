#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <functional>

#include "base/unique_fd.h"
#include "client/journal/journal.h"
#include "client/journal/journal_file.h"
#include "tests/client/test_folder.h"

namespace sharpen {
namespace {

constexpr int jobs = 30;
constexpr int not_permitted = 77;

/// Runs `work` in a process of its own; what it returned.
int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A journal of the first version, with jobs that nobody owns.
bool make_old_journal(const std::filesystem::path& file) {
  auto database = sqlite::Database::open(file, 1000);
  if (!database || !database->run(
                       R"(CREATE TABLE jobs (
               id INTEGER PRIMARY KEY AUTOINCREMENT,
               owner TEXT NOT NULL, renewed INTEGER NOT NULL,
               step TEXT NOT NULL, service TEXT NOT NULL, base_url TEXT NOT NULL,
               upload_name TEXT NOT NULL, process_id TEXT NOT NULL, download_url TEXT NOT NULL,
               settings TEXT NOT NULL,
               gimp_run TEXT NOT NULL, image_id INTEGER NOT NULL, layer_tattoo INTEGER NOT NULL,
               image_file TEXT NOT NULL, layer_name TEXT NOT NULL,
               offset_x INTEGER NOT NULL, offset_y INTEGER NOT NULL,
               width INTEGER NOT NULL, height INTEGER NOT NULL,
               channels INTEGER NOT NULL, bits INTEGER NOT NULL, format TEXT NOT NULL,
               original_file TEXT NOT NULL, result_file TEXT NOT NULL,
               cost REAL, created INTEGER NOT NULL, preview INTEGER NOT NULL);
             PRAGMA user_version = 1)"))
    return false;
  for (int i = 0; i < jobs; ++i)
    if (!database->run(R"(INSERT INTO jobs VALUES (NULL, '', 0, 'running', 'topaz', 'https://a',
          'gimp-1.png', 'id', '', '{}', '', 1, 1, '', 'Layer', 0, 0, 10, 10, 3, 8, 'png', '', '',
          NULL, 1, 0))"))
      return false;
  return true;
}

bool has_all_jobs(const std::filesystem::path& file) {
  const auto journal = Journal::open(file);
  return journal && journal->notice().empty() && journal->unfinished() &&
         journal->unfinished()->size() == jobs;
}

/// An error that says what to do, and nothing moved.
bool is_refused(const std::filesystem::path& file, const char* hint) {
  const auto journal = open_journal_file(file, std::chrono::milliseconds(50));
  if (journal || journal.error().kind != ErrorKind::io || !journal.error().hint.contains(hint)) {
    std::fprintf(stderr, "%s\n", journal ? "opened" : journal.error().text().c_str());
    return false;
  }
  for (const auto& entry : std::filesystem::directory_iterator(file.parent_path()))
    if (entry.path().string().contains("set-aside")) return false;
  return true;
}

class JournalReachTest : public testing::Test {
 protected:
  /// Runs `work` where the folder is a small disk of its own.
  int on_small_disk(const std::function<int()>& work) const {
    return in_child([&] {
      if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return not_permitted;
      if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=256k") != 0)
        return not_permitted;
      return work();
    });
  }
  TestFolder folder_;
  std::filesystem::path file_ = folder_.path() / "jobs.sqlite";
};

TEST_F(JournalReachTest, AFileThatMayNotGrowMovesNothing) {
  ASSERT_TRUE(make_old_journal(file_));
  const int refused = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {600, 600};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return is_refused(file_, "the disk is not full") ? 0 : 1;
  });
  EXPECT_EQ(refused, 0);
  EXPECT_TRUE(has_all_jobs(file_));
}

TEST_F(JournalReachTest, AFullDiskMovesNothing) {
  const int result = on_small_disk([&] {
    if (!make_old_journal(file_)) return 2;
    const auto ballast = folder_.path() / "ballast";
    std::ofstream(ballast) << std::string(1 << 20, 'x');
    if (!is_refused(file_, "Free some space")) return 3;
    std::filesystem::remove(ballast);
    return has_all_jobs(file_) ? 0 : 4;
  });
  if (result == not_permitted) GTEST_SKIP() << "no mounts for this user";
  EXPECT_EQ(result, 0);
}

TEST_F(JournalReachTest, AReadOnlyProfileMovesNothing) {
  const int result = on_small_disk([&] {
    const auto remount = [&](unsigned long flags) {
      return ::mount("tmpfs", folder_.path().c_str(), "tmpfs", MS_REMOUNT | flags, "size=256k");
    };
    if (!make_old_journal(file_) || remount(MS_RDONLY) != 0) return 2;
    if (!is_refused(file_, "can be written")) return 3;
    if (remount(0) != 0) return 4;
    return has_all_jobs(file_) ? 0 : 5;
  });
  if (result == not_permitted) GTEST_SKIP() << "no mounts for this user";
  EXPECT_EQ(result, 0);
}

TEST_F(JournalReachTest, ALockedFileMovesNothing) {
  ASSERT_TRUE(make_old_journal(file_));
  for (const char* lock : {"BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"}) {
    auto other = sqlite::Database::open(file_, 1000);
    ASSERT_TRUE(other && other->run(lock));
    EXPECT_EQ(in_child([&] { return is_refused(file_, "locked this file") ? 0 : 1; }), 0) << lock;
  }
  {
    const UniqueFd other(
        ::open((file_.string() + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
    EXPECT_EQ(in_child([&] { return is_refused(file_, "Close the other GIMP") ? 0 : 1; }), 0);
  }
  EXPECT_TRUE(has_all_jobs(file_));
}

}  // namespace
}  // namespace sharpen
