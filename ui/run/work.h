#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/glib_source.h"
#include "client/home.h"
#include "client/jobs/job_queue.h"
#include "client/providers/settings.h"
#include "ui/host.h"
#include "ui/run/background.h"

namespace sharpen {

/// One layer to be sharpened in one way.
struct Task {
  std::size_t source = 0;
  Settings settings;
  /// The answer, if it is there already (a preview that is kept).
  std::optional<JobResult> ready;
};

/// Everything between the OK button and the layers in the image: exports in idle callbacks, jobs in
/// worker threads, placing. Main thread only.
class Work {
 public:
  struct Events {
    std::function<void(std::size_t task, const JobProgress&)> progress;
    std::function<void(std::size_t task)> task_done;
    /// Which service it is, and what it costs by the published rule (0: free). May be empty.
    std::function<void(ServiceKind, const Price&)> service_found;
    /// All was placed (with the sentences to be read), or what went wrong first.
    std::function<void(Result<std::vector<std::string>>)> finished;
  };

  Work(Host& host, Home home, std::vector<Task> tasks, Host::PlaceOptions options, Events events);
  ~Work();

  /// Starts, or after an error starts again what is missing. A job that a service still has is
  /// gone on with, not sent again.
  void start();
  /// Ends with ErrorKind::cancelled through finished().
  void cancel();
  /// After an error: places those results that came. Windows react meanwhile.
  [[nodiscard]] Result<std::vector<std::string>> place_what_came();
  [[nodiscard]] bool has_results() const;
  /// What the services found in the pictures that were placed.
  [[nodiscard]] const std::vector<std::string>& findings() const { return findings_; }
  /// After an error: gives the tasks back, with the results that came.
  [[nodiscard]] std::vector<Task> release() { return std::move(tasks_); }

 private:
  struct Queue;
  void resume_kept();
  void begin();
  void export_next();
  void step_export();
  void hand_out(Upload upload, const LayerOrigin& origin);
  void note(Error error);
  void fail_source(const Error& error);
  void end_exports();
  void queue_ended();
  void tell_price(ServiceKind service) const;
  void finish();
  [[nodiscard]] Result<std::vector<std::string>> place(Host::PlaceOptions options);
  Queue& queue_for(const Settings& settings);

  Host& host_;
  Home home_;
  std::vector<Task> tasks_;
  Host::PlaceOptions options_;
  Events events_;
  /// Of all models together.
  std::shared_ptr<JobSlots> slots_ = std::make_shared<JobSlots>();
  std::vector<std::unique_ptr<Queue>> queues_;
  std::size_t ended_queues_ = 0;
  std::size_t source_ = 0;  ///< being exported
  std::unique_ptr<Export> export_;
  std::map<std::size_t, LayerOrigin> origins_;  ///< of the sources that were sent
  std::optional<Error> error_;
  std::vector<std::string> findings_;
  bool cancelled_ = false;
  bool answered_ = false;  ///< error_ is what a job said
  Background resuming_;
  EventSource idle_;
};

}  // namespace sharpen
