#include "ui/run/waiting_job.h"

#include <gtest/gtest.h>

#include "base/unix_time.h"
#include "client/journal/journal.h"
#include "tests/client/test_folder.h"

namespace sharpen {
namespace {

TEST(WaitingJobs, TellsWhatRunsFromWhatIsLeft) {
  const TestFolder folder;
  const Home home{.program = folder.path(), .user = folder.path(), .ca_file = ""};
  auto journal = Journal::open(home.journal());
  ASSERT_TRUE(journal);
  JournalEntry job;
  job.service = ServiceKind::topaz;
  job.step = JobStep::running;
  job.created = unix_now();
  job.process_id = "running";
  ASSERT_TRUE(journal->add(job));
  job.process_id = "left";
  const auto left = journal->add(job);
  ASSERT_TRUE(left);
  ASSERT_TRUE(journal->release(*left));
  job.service = ServiceKind::this_computer;
  job.preview = true;
  ASSERT_TRUE(journal->add(job));

  job.service = ServiceKind::topaz;
  job.preview = false;
  job.process_id = "placed and left";
  job.step = JobStep::placed;
  const auto placed = journal->add(job);
  ASSERT_TRUE(placed);
  ASSERT_TRUE(journal->release(*placed));
  job.process_id = "placed by a window that is open";
  ASSERT_TRUE(journal->add(job));

  const auto jobs = waiting_jobs(home);
  ASSERT_TRUE(jobs) << jobs.error().text();
  ASSERT_EQ(jobs->running.size(), 1u);
  EXPECT_EQ(jobs->running[0].process_id, "running");
  ASSERT_EQ(jobs->jobs.size(), 1u);
  EXPECT_EQ(jobs->jobs[0].process_id, "left");
  ASSERT_EQ(jobs->placed.size(), 1u);
  EXPECT_EQ(jobs->placed[0].process_id, "placed and left");
}

}  // namespace
}  // namespace sharpen
