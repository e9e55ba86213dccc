#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/glib_source.h"
#include "base/spool_file.h"
#include "service/clock.h"
#include "service/event_log.h"
#include "service/http/answer.h"
#include "service/jobs/admission.h"
#include "service/jobs/job.h"
#include "service/jobs/work.h"
#include "service/jobs/worker_pool.h"
#include "service/options.h"
#include "service/store/job_store.h"

namespace sharpen::server {

/// What this process has done so far.
struct Counters {
  std::int64_t submitted = 0, completed = 0, failed = 0, cancelled = 0, refused = 0, wrong_keys = 0;
};

/// What happens to jobs and uploads from the submit to their expiry. Belongs to the main thread;
/// only carry_out() runs elsewhere. What it answers is of one key: the jobs of others are unknown.
class Jobs {
 public:
  using JobRef = JobStore::JobRef;
  /// Opens the store; what an earlier process left unfinished is done first.
  [[nodiscard]] static Result<std::unique_ptr<Jobs>> open(const Options& options, Clock clock,
                                                          EventLog& log);
  ~Jobs();

  /// A place for a job whose request has so many bytes. Refusals: as Admission::enter(), and 503
  /// while the service ends.
  [[nodiscard]] Checked<std::shared_ptr<Place>> enter(const std::string& owner,
                                                      std::optional<std::uint64_t> bytes);
  /// Takes over an upload. Refusals: 413, 415, 503.
  [[nodiscard]] Checked<SourcePicture> admit(SpoolFile picture, const std::string& filename,
                                             const std::string& owner) const;
  /// Removes an upload that no job came of.
  void discard(const SourcePicture& source);
  [[nodiscard]] Checked<JobStore::SourceRef> find_source(const std::string& id,
                                                         const std::string& owner) const;

  /// Called once: with the job, when it would survive the end of this process, or with a refusal.
  using OnSubmitted = std::function<void(const Checked<Job>&)>;
  /// Called once: with the job when it has ended, or with a refusal if nobody will hear of its end
  /// (it was removed elsewhere, or the service ends).
  using OnEnd = std::function<void(const Checked<Job>&)>;
  /// Saves and queues a job of the source's owner. Refusals: 400 (crop), 402, 503.
  void submit(const JobSpec& spec, const SourcePicture& source, const OnSubmitted& on_submitted,
              OnEnd on_end = {});

  [[nodiscard]] Checked<JobRef> find(const std::string& id, const std::string& owner) const;
  /// Whoever's it is: for addresses that are signed.
  [[nodiscard]] Checked<JobRef> find_any(const std::string& id) const { return store_->find(id); }
  /// The newest first.
  [[nodiscard]] Checked<std::vector<JobRef>> list(const std::string& owner) const;
  [[nodiscard]] double progress(const Job& job) const;   ///< 0 … 1
  [[nodiscard]] std::int64_t eta(const Job& job) const;  ///< Unix seconds
  [[nodiscard]] const PictureFolder& pictures() const { return store_->pictures(); }
  [[nodiscard]] std::string link_secret() const { return store_->link_secret(); }
  /// Seconds that a picture of this size is expected to take.
  [[nodiscard]] double duration(std::uint64_t width, std::uint64_t height) const;

  /// False if it has ended, or is being processed and that cannot be cancelled.
  [[nodiscard]] Checked<bool> cancel(const std::string& id, const std::string& owner);
  /// False if it has not ended.
  [[nodiscard]] Checked<bool> remove(const std::string& id, const std::string& owner);
  /// Removes all that have ended; returns how many.
  [[nodiscard]] Checked<int> remove_all(const std::string& owner);
  /// Forgets what is older than it may be.
  void expire();

  /// Takes no more jobs and begins none; those at the workers go on.
  void stop() { stopping_ = true; }
  /// Cancels the jobs whose end somebody waits for: after this process nobody would get them. The
  /// result of one that another process has completed is told. Returns how many were waited for.
  std::size_t turn_away();
  [[nodiscard]] bool stopping() const { return stopping_; }
  [[nodiscard]] unsigned workers_busy() const { return occupied_; }
  [[nodiscard]] Checked<Usage> usage() const { return store_->usage_of_all(); }
  /// Refused while jobs cannot be taken.
  [[nodiscard]] Checked<void> check() const;
  [[nodiscard]] Counters& counters() { return counters_; }

  /// Whether something is being worked on or waited for here.
  [[nodiscard]] bool busy() const;

  struct Balance {
    std::int64_t total = 0, reserved = 0;
    [[nodiscard]] std::int64_t available() const { return total - reserved; }
  };
  [[nodiscard]] Checked<Balance> balance() const;
  [[nodiscard]] Checked<std::vector<Charge>> charges() const { return store_->charges(); }

 private:
  Jobs(const Options& options, Clock clock, EventLog& log, std::unique_ptr<JobStore> store);
  Checked<Job> new_job(const JobSpec& spec, const SourcePicture& source) const;
  /// Gives work to the workers that have none.
  void pump();
  void begin(const Job& job);
  void on_done(const std::string& id, const Result<std::string>& result);
  Result<void> complete(Job& job);
  /// Of a job that was ended otherwise while it was worked on.
  void remove_unwanted_output(const std::string& id);
  Checked<bool> end(Job job, JobState state);
  /// Tells whoever waits for the end of a job.
  void tell(const std::string& id, const Checked<Job>& what);
  /// Tells a shared store what is done here, and hears from it what was done elsewhere.
  void look_around();

  const Options& options_;
  Clock clock_;
  EventLog& log_;
  std::unique_ptr<JobStore> store_;
  Admission admission_;
  Counters counters_;
  bool stopping_ = false;
  std::map<std::string, std::shared_ptr<Ticket>> active_;  ///< jobs at the workers
  std::map<std::string, OnEnd> waiting_;                   ///< whose end somebody waits for
  unsigned occupied_ = 0;                                  ///< workers
  std::shared_ptr<engine::Recent> recent_ = std::make_shared<engine::Recent>();
  std::int64_t last_expiry_ = 0;
  double seconds_per_megapixel_;
  std::shared_ptr<bool> alive_;  ///< shared with callbacks that may come too late
  EventSource watch_, tidying_;
  WorkerPool pool_;  ///< last, so that its threads end first
};

}  // namespace sharpen::server
