#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "client/home.h"
#include "client/jobs/job.h"

namespace sharpen {

/// How many jobs may be in flight at once, in all the queues that share it.
class JobSlots {
 public:
  /// Waits for a slot. False if it is cancelled first: then wake() has to be called.
  [[nodiscard]] bool take(GCancellable* cancellable);
  void give_back();
  void wake();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int free_ = 4;  // guarded by mutex_
};

/// Runs jobs of the same settings in worker threads and tells the main context what happens.
/// Belongs to the main thread. Destroying it cancels and joins.
class JobQueue {
 public:
  /// All called on the main context's thread. `index` is the order of add().
  struct Events {
    /// The service was found (or not: then every job ends with this error).
    std::function<void(const Result<ServiceAddress>&)> resolved;
    std::function<void(std::size_t index, const JobProgress&)> progress;
    std::function<void(std::size_t index, Result<JobResult>)> done;
    /// After the last done(), once end() was called.
    std::function<void()> all_done;
  };

  /// Resolves the service of `settings` (key, embedded service) in a worker thread at once.
  JobQueue(Settings settings, Home home, Events events,
           std::shared_ptr<JobSlots> slots = std::make_shared<JobSlots>());
  ~JobQueue();

  /// Queues a picture; may be called while others run, so that exporting overlaps with sending.
  std::size_t add(Upload upload, LayerOrigin origin);
  /// No more pictures will come.
  void end();
  /// Cancels everything that is not done; each job still ends with its done().
  void cancel();

 private:
  struct State;
  void start_worker();
  void give_up(std::size_t index);
  std::shared_ptr<State> state_;
};

}  // namespace sharpen
