#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/spool_file.h"
#include "service/api/sources.h"
#include "service/clock.h"
#include "service/http/answer.h"
#include "service/jobs/job.h"
#include "service/jobs/job_store.h"
#include "service/jobs/work.h"
#include "service/jobs/worker_pool.h"
#include "service/options.h"
#include "service/testing/account.h"

namespace sharpen::server {

/// The table of jobs and uploads: what happens to them from the submit to their expiry. Belongs to
/// the main thread; only carry_out() runs elsewhere.
class Jobs {
 public:
  /// Opens the state folder and starts again what an earlier process left unfinished.
  [[nodiscard]] static Result<std::unique_ptr<Jobs>> open(const Options& options, Clock clock);
  ~Jobs();

  /// Takes over an upload. Refusals: 413, 415, 500.
  [[nodiscard]] Checked<SourcePicture> admit(SpoolFile picture, const std::string& filename) {
    return sources_.admit(std::move(picture), filename, clock_());
  }
  /// Removes an upload that no job came of.
  void discard(const SourcePicture& source) { sources_.discard(source.id); }
  [[nodiscard]] const SourcePicture* find_source(const std::string& id) const {
    return sources_.find(id);
  }

  /// Called once, when the job has ended in whatever way.
  using OnEnd = std::function<void(const Job&)>;
  /// Reserves the credits and queues the job. Refusals: 400 (crop), 402, 429, 500.
  [[nodiscard]] Checked<Job> submit(const JobSpec& spec, const SourcePicture& source,
                                    OnEnd on_end = {});

  [[nodiscard]] const Job* find(const std::string& id) const;
  /// All jobs, the newest first.
  [[nodiscard]] std::vector<const Job*> list() const;
  [[nodiscard]] double progress(const Job& job) const;   ///< 0 … 1
  [[nodiscard]] std::int64_t eta(const Job& job) const;  ///< Unix seconds
  [[nodiscard]] std::filesystem::path picture(const Job& job) const;
  [[nodiscard]] std::filesystem::path picture(const SourcePicture& source) const;
  /// Seconds that a picture of this size is expected to take.
  [[nodiscard]] double duration(std::uint64_t width, std::uint64_t height) const;

  /// False if it has ended, or is being processed and that cannot be cancelled.
  bool cancel(const std::string& id);
  /// False if it has not ended.
  bool remove(const std::string& id);
  /// Removes all that have ended; returns how many.
  int remove_all();
  /// Forgets what is older than it may be.
  void expire();

  [[nodiscard]] bool busy() const { return !active_.empty(); }
  [[nodiscard]] const Account& account() const { return account_; }

 private:
  struct Active {
    std::shared_ptr<Ticket> ticket;
    OnEnd on_end;
  };
  Jobs(const Options& options, Clock clock, JobStore store, Account account);
  void restore();
  void start(const Job& job, OnEnd on_end);
  void on_started(const std::string& id);
  void on_done(const std::string& id, const Result<std::string>& result);
  void end(Job& job, JobState state);
  Result<void> complete(Job& job);

  const Options& options_;
  Clock clock_;
  JobStore store_;
  Account account_;
  Sources sources_;
  std::map<std::string, Job> jobs_;
  std::map<std::string, Active> active_;
  std::int64_t last_sequence_ = 0, last_expiry_ = 0;
  double seconds_per_megapixel_;
  std::shared_ptr<bool> alive_;  ///< shared with callbacks that may come too late
  WorkerPool pool_;              ///< last, so that its threads end first
};

}  // namespace sharpen::server
