#include "ui/work.h"

#include <algorithm>
#include <filesystem>
#include <format>

#include "base/i18n.h"

namespace sharpen {
namespace {

/// How much of the bar belongs to the export; the rest is the job's.
constexpr double export_share = 0.08;

/// A second name for the same file, since each job takes its upload over.
Result<Upload> second_upload(const Upload& upload, const Home& home) {
  auto file = SpoolFile::create(std::format(".{}", name_of(upload.format)), home.spool());
  if (!file) return fail(std::move(file));
  std::error_code failed;
  std::filesystem::copy_file(upload.file, file->path(),
                             std::filesystem::copy_options::overwrite_existing, failed);
  if (failed) {
    return fail(ErrorKind::io, tr("The picture could not be copied: {}.", failed.message()),
                _("Make room on the disk and try again."));
  }
  Upload second = upload;
  second.file = file->keep();
  return second;
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
  cancelled_ = false;
  queues_.clear();
  ended_queues_ = 0;
  source_ = 0;
  for (const Task& task : tasks_) {
    if (!task.ready) queue_for(task.settings);
  }
  idle_ = EventSource::idle([this] {
    export_next();
    return false;
  });
}

void Work::cancel() {
  cancelled_ = true;
  if (!error_) error_ = Error{ErrorKind::cancelled, _("Cancelled."), ""};
  for (const auto& queue : queues_) queue->jobs->cancel();
}

Work::Queue& Work::queue_for(const Settings& settings) {
  for (const auto& queue : queues_) {
    if (queue->settings == settings) return *queue;
  }
  auto queue = std::make_unique<Queue>();
  queue->settings = settings;
  Queue* raw = queue.get();
  JobQueue::Events events;
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
    } else if (!error_ || error_->kind == ErrorKind::cancelled) {
      error_ = std::move(result).error();
    }
  };
  events.all_done = [this] { queue_ended(); };
  queue->jobs = std::make_unique<JobQueue>(settings, home_, std::move(events));
  queues_.push_back(std::move(queue));
  return *raw;
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
  const Origin origin = done->origin();
  hand_out(done->finish(), origin);
  ++source_;
  idle_ = EventSource::idle([this] { return export_next(), false; });
}

void Work::hand_out(Upload upload, const Origin& origin) {
  std::vector<std::size_t> wanted;
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    if (tasks_[task].source == source_ && !tasks_[task].ready) wanted.push_back(task);
  }
  for (const std::size_t task : wanted) {
    Upload one = upload;
    if (task != wanted.back()) {
      auto second = second_upload(upload, home_);
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
  if (error_) return events_.finished(std::unexpected(*error_));
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    events_.progress(task, {Stage::placing, 1.0, {}});
  }
  // One turn of the main loop, so that "placing" is seen before GIMP is asked.
  idle_ = EventSource::timeout(20, [this] { return events_.finished(place()), false; });
}

Result<std::vector<std::string>> Work::place() {
  std::vector<Host::Placement> placements;
  for (Task& task : tasks_) {
    if (task.ready) placements.push_back({task.source, task.settings, &*task.ready});
  }
  return host_.place(std::move(placements), options_);
}

Result<std::vector<std::string>> Work::place_what_came() { return place(); }

}  // namespace sharpen
