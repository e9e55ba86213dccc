#include "ui/run/work.h"

#include <algorithm>

#include "base/cancelled.h"
#include "base/i18n.h"
#include "client/jobs/spooled_upload.h"
#include "ui/run/event_pump.h"
#include "ui/run/waiting_job.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

/// How much of the bar belongs to the export; the rest is the job's.
constexpr double export_share = 0.08;

/// A task whose picture was sent before.
struct Sent {
  std::size_t task;
  Settings settings;
  LayerOrigin origin;
};
using Fetched = std::pair<std::size_t, Result<JobResult>>;

bool is_job_of(const JournalEntry& job, const Sent& sent) {
  const LayerOrigin &left = job.origin, &right = sent.origin;
  return job.settings == sent.settings && left.gimp_run == right.gimp_run &&
         left.image_id == right.image_id && left.layer_tattoo == right.layer_tattoo &&
         left.offset_x == right.offset_x && left.offset_y == right.offset_y;
}

/// Goes on with those jobs that the journal still has. In a worker thread.
std::vector<Fetched> fetch_sent(const std::vector<Sent>& all, const Home& home,
                                GCancellable* cancellable) {
  std::vector<Fetched> fetched;
  const auto waiting = waiting_jobs(home);
  if (!waiting) return fetched;
  for (const Sent& sent : all) {
    // The newest is the one of the last try.
    const auto job = std::ranges::find_last_if(
        waiting->jobs, [&](const JournalEntry& entry) { return is_job_of(entry, sent); });
    if (job.empty()) continue;
    fetched.emplace_back(sent.task, fetch_waiting(job.front(), home, {}, cancellable));
  }
  return fetched;
}

}  // namespace

/// The jobs that share their settings.
struct Work::Queue {
  Settings settings;
  std::vector<std::size_t> tasks;  ///< by the queue's own index
  std::unique_ptr<JobQueue> jobs;
};

Work::Work(Host& host, Home home, std::vector<Task> tasks, Host::PlaceOptions options,
           Events events)
    : host_(host),
      home_(std::move(home)),
      tasks_(std::move(tasks)),
      options_(std::move(options)),
      events_(std::move(events)) {}

Work::~Work() = default;

bool Work::has_results() const {
  return std::ranges::any_of(tasks_, [](const Task& task) { return task.ready.has_value(); });
}

void Work::start() {
  error_.reset();
  cancelled_ = answered_ = false;
  queues_.clear();
  ended_queues_ = 0;
  source_ = 0;
  origins_.empty() ? begin() : resume_kept();
}

void Work::resume_kept() {
  std::vector<Sent> sent;
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    const auto origin = origins_.find(tasks_[task].source);
    if (!tasks_[task].ready && origin != origins_.end()) {
      sent.push_back({task, tasks_[task].settings, origin->second});
    }
  }
  resuming_.start([sent = std::move(sent), home = home_](
                      GCancellable* cancellable) { return fetch_sent(sent, home, cancellable); },
                  [this](std::vector<Fetched> fetched) {
                    for (auto& [task, result] : fetched) {
                      if (result) {
                        tasks_[task].ready = std::move(*result);
                        events_.task_done(task);
                      } else {
                        note(std::move(result).error());
                      }
                    }
                    error_ ? finish() : begin();
                  });
}

void Work::begin() {
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    tasks_[task].ready ? events_.task_done(task) : void(queue_for(tasks_[task].settings));
  }
  idle_ = EventSource::idle([this] { return export_next(), false; });
}

void Work::cancel() {
  cancelled_ = true;
  if (!error_) {
    error_ = cancelled_error(_("Nothing was sent, nothing is charged."));
  }
  for (const auto& queue : queues_) queue->jobs->cancel();
  resuming_.interrupt();
}

void Work::note(Error error) {
  const bool first = !std::exchange(answered_, true);
  if (!error_ || (first && error_->kind == ErrorKind::cancelled)) {
    error_ = std::move(error);
  } else if (cancelled_ && !error_->hint.contains(error.hint)) {
    error_->hint += " " + error.hint;  // each job has its own answer
  }
}

Work::Queue& Work::queue_for(const Settings& settings) {
  for (const auto& queue : queues_) {
    if (queue->settings == settings) return *queue;
  }
  auto queue = std::make_unique<Queue>();
  queue->settings = settings;
  Queue* raw = queue.get();
  JobQueue::Events events;
  events.resolved = [this](const Result<ServiceAddress>& address) {
    if (address && events_.service_found) tell_price(address->kind);
  };
  events.progress = [this, raw](std::size_t index, const JobProgress& progress) {
    JobProgress whole = progress;
    if (whole.fraction) whole.fraction = export_share + (1 - export_share) * *whole.fraction;
    if (!cancelled_) events_.progress(raw->tasks.at(index), whole);
  };
  events.done = [this, raw](std::size_t index, Result<JobResult> result) {
    const std::size_t task = raw->tasks.at(index);
    if (result) {
      tasks_[task].ready = std::move(*result);
      events_.task_done(task);
    } else {
      note(std::move(result).error());
    }
  };
  events.all_done = [this] { queue_ended(); };
  queue->jobs = std::make_unique<JobQueue>(settings, home_, std::move(events), slots_);
  queues_.push_back(std::move(queue));
  return *raw;
}

void Work::tell_price(ServiceKind service) const {
  Price sum;
  for (const Task& task : tasks_) {
    if (task.ready) continue;
    const Source& source = host_.sources()[task.source];
    const Price price = offline_price(service, source.width, source.height, task.settings);
    sum.amount += price.amount;
    sum.unit = price.unit;
  }
  events_.service_found(service, sum);
}

void Work::export_next() {
  const auto is_wanted = [this](const Task& task) { return task.source == source_ && !task.ready; };
  while (source_ < host_.sources().size() && std::ranges::none_of(tasks_, is_wanted)) ++source_;
  if (cancelled_ || source_ >= host_.sources().size()) return end_exports();
  auto begun = host_.begin_export(source_);
  if (!begun) return fail_source(begun.error());
  export_ = std::move(*begun);
  idle_ = EventSource::idle([this] {
    step_export();
    return export_ != nullptr;
  });
}

void Work::step_export() {
  if (cancelled_) {
    export_.reset();
    return end_exports();
  }
  const Result<bool> complete = export_->step();
  if (!complete) return fail_source(complete.error());
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    if (tasks_[task].source != source_ || tasks_[task].ready) continue;
    events_.progress(task, {Stage::preparing, export_share * export_->fraction(), {}});
  }
  if (!*complete) return;
  const auto done = std::exchange(export_, nullptr);
  const LayerOrigin origin = done->origin();
  origins_[source_] = origin;
  hand_out(done->finish(), origin);
  ++source_;
  idle_ = EventSource::idle([this] { return export_next(), false; });
}

void Work::hand_out(Upload upload, const LayerOrigin& origin) {
  std::vector<std::size_t> wanted;
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    if (tasks_[task].source == source_ && !tasks_[task].ready) wanted.push_back(task);
  }
  for (const std::size_t task : wanted) {
    Upload one = upload;
    if (task != wanted.back()) {
      auto second = second_upload(upload, home_.spool());
      if (!second) {
        error_ = std::move(second).error();
        continue;
      }
      one = std::move(*second);
    }
    Queue& queue = queue_for(tasks_[task].settings);
    queue.tasks.push_back(task);
    queue.jobs->add(std::move(one), origin);
  }
}

void Work::fail_source(const Error& error) {
  export_.reset();
  if (!error_) error_ = error;
  ++source_;
  idle_ = EventSource::idle([this] { return export_next(), false; });
}

void Work::end_exports() {
  if (queues_.empty()) return finish();
  for (const auto& queue : queues_) queue->jobs->end();
}

void Work::queue_ended() {
  if (++ended_queues_ < queues_.size()) return;
  // Later, since a queue must not be destroyed inside its own callback.
  idle_ = EventSource::idle([this] {
    queues_.clear();
    finish();
    return false;
  });
}

void Work::finish() {
  if (cancelled_ && !answered_ && has_results()) {
    const bool all = std::ranges::all_of(tasks_, [](const Task& task) { return !!task.ready; });
    all ? error_.reset() : error_->hint.clear();
  }
  if (error_) {
    const bool refused = !cancelled_ && error_->kind == ErrorKind::refused;
    if (!refused || !host_.send_gray_as_rgb()) return events_.finished(std::unexpected(*error_));
    // It may be cancelled until then.
    idle_ = EventSource::idle([this] { return cancelled_ ? finish() : start(), false; });
    return;
  }
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    events_.progress(task, {Stage::placing, 1.0, {}});
  }
  // One turn of the main loop, so that "placing" is seen before GIMP is asked.
  idle_ = EventSource::timeout(20, [this] { return events_.finished(place(options_)), false; });
}

Result<std::vector<std::string>> Work::place(Host::PlaceOptions options) {
  options.process_events = EventPump();
  std::vector<Host::Placement> placements;
  for (Task& task : tasks_) {
    if (task.ready) placements.push_back({task.source, task.settings, &*task.ready});
  }
  auto notes = host_.place(std::move(placements), options);
  if (!notes) return notes;
  findings_.clear();
  const auto paid_before = [](const Task& task) { return task.ready && task.ready->paid_before; };
  if (std::ranges::any_of(tasks_, paid_before))
    notes->emplace_back(
        _("The same picture was sharpened with the same settings before: that result was fetched, "
          "and nothing was paid for it again."));
  for (const Task& task : tasks_) {
    if (!task.ready) continue;
    const auto& layer = host_.sources()[task.source].layer_name;
    // TRANSLATORS: a layer and a model
    const std::string what =
        options_.group ? tr("{}: {}", layer, model_title(task.settings.model)) : layer;
    // TRANSLATORS: a layer and what the service says it did: "Background: Out of focus by 4.1 px,
    // corrected"
    const auto said = [&](const std::string& text) { return tr("{}: {}", what, text); };
    if (const std::string finding = finding_text(task.ready->options_json); !finding.empty())
      findings_.push_back(said(finding));
    if (!task.ready->remark.empty()) notes->push_back(said(task.ready->remark));
  }
  return notes;
}

Result<std::vector<std::string>> Work::place_what_came() {
  Host::PlaceOptions options = options_;
  options.others_failed = true;
  return place(options);
}

}  // namespace sharpen
