#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/http/answer.h"
#include "service/jobs/job.h"
#include "service/store/picture_folder.h"

namespace sharpen::server {

/// What one key, or all of them, have in the store.
struct Usage {
  std::int64_t unfinished = 0;  ///< jobs
  std::int64_t bytes = 0;       ///< of uploads and results
};

/// A job that ends the process each time it is tried must not do so for ever.
inline constexpr int max_attempts = 3;
inline constexpr const char* tried_too_often =
    "The service ended each time when it worked on this picture.";

/// The answers about what a store does not have.
[[nodiscard]] Answer unknown_job();
[[nodiscard]] Answer unknown_source();

/// Credits of the account.
struct Credits {
  std::int64_t charged = 0, reserved = 0;
};

/// Jobs, uploads, the queue and the ledger, as they outlive the process. Everything is called on
/// the main thread. Refusals: 404 for what is unknown, 503 while the store cannot be used.
class JobStore {
 public:
  using JobRef = std::shared_ptr<const Job>;
  using SourceRef = std::shared_ptr<const SourcePicture>;
  using OnSaved = std::function<void(const Checked<void>&)>;

  virtual ~JobStore() = default;

  [[nodiscard]] virtual Checked<JobRef> find(const std::string& id) = 0;
  [[nodiscard]] virtual Checked<SourceRef> find_source(const std::string& id) = 0;
  /// The jobs of a key, the newest first.
  [[nodiscard]] virtual Checked<std::vector<JobRef>> list(const std::string& owner) = 0;
  [[nodiscard]] virtual Checked<Usage> usage(const std::string& owner) = 0;
  [[nodiscard]] virtual Checked<Usage> usage_of_all() = 0;
  [[nodiscard]] virtual Checked<Credits> credits() = 0;
  /// Oldest first.
  [[nodiscard]] virtual Checked<std::vector<Charge>> charges() = 0;

  /// Saves a job and its upload, which may be known already, and queues the job. `on_saved` is
  /// called once when both would survive the end of this process; a refusal leaves nothing behind.
  virtual void submit(Job job, const SourcePicture& source, OnSaved on_saved) = 0;
  /// Takes the next job off the queue for this process: the turn goes around the keys, and each
  /// key's fast jobs come first. Empty if there is none.
  [[nodiscard]] virtual JobRef claim() = 0;
  /// A claimed job leaves Pending.
  virtual void start(const std::string& id, std::int64_t now) = 0;
  /// A claimed job is queued again, as if it had never been claimed.
  virtual void give_back(const std::string& id) = 0;
  /// Tells how far a claimed job is. False if it was ended elsewhere.
  [[nodiscard]] virtual bool keep(const std::string& id, double progress) = 0;
  /// A job ends as its record says, and is charged if it is completed. False if it had ended
  /// before: then nothing is changed. After a refusal it may have ended.
  [[nodiscard]] virtual Checked<bool> end(const Job& ended) = 0;
  /// Removes a job that has ended, with its result.
  [[nodiscard]] virtual Checked<void> remove(const Job& job, std::int64_t now) = 0;
  /// Removes what is older than `keep`, uploads without a job after `keep_orphan` (seconds).
  virtual void expire(std::int64_t now, std::int64_t keep, std::int64_t keep_orphan) = 0;

  /// Refused while nothing can be saved.
  [[nodiscard]] virtual Checked<void> check() = 0;
  /// Whether other processes work on the same jobs.
  [[nodiscard]] virtual bool shared() const = 0;
  /// Signs addresses of downloads; all processes that share the store have the same.
  [[nodiscard]] virtual std::string link_secret() const = 0;
  [[nodiscard]] virtual const PictureFolder& pictures() const = 0;
};

}  // namespace sharpen::server
