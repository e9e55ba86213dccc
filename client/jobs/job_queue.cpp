#include "client/jobs/job_queue.h"

#include <deque>
#include <optional>
#include <system_error>
#include <thread>

#include "base/cancelled.h"
#include "base/glib_ref.h"
#include "base/glib_source.h"
#include "base/i18n.h"
#include "client/jobs/resolve_service.h"
#include "client/jobs/spooled_upload.h"

namespace sharpen {
namespace {

constexpr std::size_t max_threads = 4;

struct Task {
  std::size_t index = 0;
  Upload upload;
  LayerOrigin origin;
};

}  // namespace

bool JobSlots::take(GCancellable* cancellable) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return free_ > 0 || g_cancellable_is_cancelled(cancellable); });
  if (g_cancellable_is_cancelled(cancellable)) return false;
  --free_;
  return true;
}

void JobSlots::give_back() {
  {
    const std::lock_guard lock(mutex_);
    ++free_;
  }
  // All, since one that waits may have been cancelled.
  changed_.notify_all();
}

void JobSlots::wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

struct JobQueue::State {
  Settings settings;
  Home home;
  std::shared_ptr<JobSlots> slots;
  Ref<GCancellable> cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  // The main thread's only.
  Events events;
  std::size_t added = 0, delivered = 0;
  bool ended = false, closed = false;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Task> waiting;                       // guarded by mutex
  std::optional<Result<ServiceAddress>> address;  // guarded by mutex until it is set
  bool closing = false;                           // guarded by mutex
  std::vector<std::jthread> threads;              // the main thread's only
  std::size_t workers = 0;                        // of them; another resolves the service

  void deliver(std::size_t index, Result<JobResult> result) {
    ++delivered;
    if (events.done) events.done(index, std::move(result));
    finish_if_through();
  }
  void finish_if_through() {
    if (ended && delivered == added && !closed && events.all_done)
      std::exchange(events.all_done, nullptr)();
  }
  std::optional<Task> next_task();
  [[nodiscard]] Result<JobResult> run(Task task, const OnProgress& on_progress) const;
};

namespace {

/// Runs on the main thread, unless the queue is gone by then.
template <class State, class Function>
void tell(const std::shared_ptr<State>& state, Function function) {
  post([state, function = std::make_shared<Function>(std::move(function))] {
    if (!state->closed) (*function)(*state);
  });
}

std::unexpected<Error> no_thread() {
  return fail(ErrorKind::internal, _("This computer cannot start another thread for the job."),
              _("Close other programs, then try again."));
}

template <class T, class Function>
Result<T> guarded(Function function) {
  try {
    return function();
  } catch (const std::exception& error) {
    return fail(ErrorKind::internal, tr("An error in this program: {}.", error.what()),
                _("Please report it."));
  }
}

}  // namespace

std::optional<Task> JobQueue::State::next_task() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return closing || (address && !waiting.empty()); });
  if (waiting.empty()) return {};
  Task task = std::move(waiting.front());
  waiting.pop_front();
  return task;
}

Result<JobResult> JobQueue::State::run(Task task, const OnProgress& on_progress) const {
  auto unsent = SpooledUpload::take_over(task.upload.file);
  if (!slots->take(cancellable.get()))
    return std::unexpected(cancelled_error(_("Nothing was accepted, nothing is charged.")));
  const std::unique_ptr<JobSlots, decltype([](JobSlots* taken) { taken->give_back(); })> slot(
      slots.get());
  if (!*address) return std::unexpected(address->error());
  (void)unsent.keep();
  const JobRequest request{.service = **address,
                           .settings = settings,
                           .upload = std::move(task.upload),
                           .origin = std::move(task.origin)};
  return run_job(request, home, on_progress, cancellable.get());
}

JobQueue::JobQueue(Settings settings, Home home, Events events, std::shared_ptr<JobSlots> slots)
    : state_(std::make_shared<State>()) {
  state_->settings = std::move(settings);
  state_->home = std::move(home);
  state_->events = std::move(events);
  state_->slots = std::move(slots);
  const auto set = [state = state_](Result<ServiceAddress> address) {
    {
      const std::lock_guard lock(state->mutex);
      state->address = address;
    }
    state->changed.notify_all();
    tell(state, [address = std::move(address)](State& main) {
      if (main.events.resolved) main.events.resolved(address);
    });
  };
  try {
    state_->threads.emplace_back([state = state_, set] {
      set(guarded<ServiceAddress>(
          [&] { return resolve_service(state->settings, state->home, state->cancellable.get()); }));
    });
  } catch (const std::system_error&) {
    set(no_thread());
  }
}

JobQueue::~JobQueue() {
  cancel();
  state_->closed = true;
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->changed.notify_all();
  state_->threads.clear();
}

std::size_t JobQueue::add(Upload upload, LayerOrigin origin) {
  const std::size_t index = state_->added++;
  {
    const std::lock_guard lock(state_->mutex);
    state_->waiting.push_back({index, std::move(upload), std::move(origin)});
  }
  state_->changed.notify_one();
  if (state_->workers == max_threads) return index;
  try {
    start_worker();
  } catch (const std::system_error&) {
    if (state_->workers == 0) give_up(index);  // else one of them takes it
  }
  return index;
}

void JobQueue::give_up(std::size_t index) {
  {
    const std::lock_guard lock(state_->mutex);
    (void)SpooledUpload::take_over(state_->waiting.back().upload.file);
    state_->waiting.pop_back();
  }
  tell(state_, [index](State& main) { main.deliver(index, no_thread()); });
}

void JobQueue::start_worker() {
  state_->threads.emplace_back([state = state_] {
    while (auto task = state->next_task()) {
      const std::size_t number = task->index;
      auto result = guarded<JobResult>([&] {
        return state->run(*std::move(task), [&](const JobProgress& progress) {
          tell(state, [number, progress](State& main) {
            if (main.events.progress) main.events.progress(number, progress);
          });
        });
      });
      tell(state, [number, result = std::move(result)](State& main) mutable {
        main.deliver(number, std::move(result));
      });
    }
  });
  ++state_->workers;
}

void JobQueue::end() {
  state_->ended = true;
  tell(state_, [](State& main) { main.finish_if_through(); });
}

void JobQueue::cancel() {
  g_cancellable_cancel(state_->cancellable.get());
  state_->slots->wake();
}

}  // namespace sharpen
