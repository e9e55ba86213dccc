#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "base/glib_ref.h"
#include "client/jobs/job.h"
#include "fake_topaz.h"

namespace sharpen {

/// A room to run jobs in and a service that does them.
class Job : public testing::Test {
 protected:
  Job() { topaz.set_result(room.picture(test::JobRoom::width, test::JobRoom::height)); }

  Result<JobResult> run(JobRequest request, GCancellable* cancellable = nullptr) {
    return run_job(
        request, room.home, [this](const JobProgress& now) { progress.push_back(now); },
        cancellable);
  }
  Result<JobResult> run() { return run(room.request(topaz.address())); }
  /// Cancels it as soon as it has reached this stage.
  Result<JobResult> run_until(Stage last, ServiceKind kind = ServiceKind::topaz) {
    const auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
    const auto stop = [&](const JobProgress& now) {
      if (now.stage == last) g_cancellable_cancel(cancellable.get());
    };
    return run_job(room.request(topaz.address(kind)), room.home, stop, cancellable.get());
  }
  Result<JobResult> resume(const JournalEntry& entry) {
    EXPECT_TRUE(Journal::open(room.home.journal())->adopt(entry.id));
    return resume_job(entry, topaz.address(), room.home, {}, nullptr);
  }

  test::JobRoom room;
  test::FakeTopaz topaz;
  std::vector<JobProgress> progress;
};

}  // namespace sharpen
