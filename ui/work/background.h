#pragma once

#include <gio/gio.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "base/glib_ref.h"
#include "base/glib_source.h"

namespace sharpen {

/// Blocking work in threads, whose answer comes back on the main context. One piece counts at a
/// time: starting anew, cancel() and destruction drop the answer of the work before and cancel it.
/// Destruction waits for the threads, which end within half a second of being cancelled.
class Background {
 public:
  Background() = default;
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background() { cancel(); }

  /// Runs `work(cancellable)` in a thread, then `done(its result)` on the main context.
  template <class Work, class Done>
  void start(Work work, Done done) {
    cancel();
    std::erase_if(threads_, [](const Thread& thread) { return thread.task->ended.load(); });
    task_ = std::make_shared<Task>();
    threads_.push_back(
        {task_, std::jthread([task = task_, work = std::move(work), done = std::move(done)] {
           // Shared, because the posted function is copyable and a result need not be.
           auto result = std::make_shared<decltype(work(task->cancellable.get()))>(
               work(task->cancellable.get()));
           post([task, result, done] {
             task->running = false;
             if (!task->dropped) done(std::move(*result));
           });
           task->ended = true;
         })});
  }

  void cancel() {
    if (!task_) return;
    task_->dropped = true;
    g_cancellable_cancel(task_->cancellable.get());
    task_.reset();
  }
  /// Cancels the work but not its answer, which says how that went.
  void interrupt() {
    if (task_) g_cancellable_cancel(task_->cancellable.get());
  }
  [[nodiscard]] bool running() const { return task_ && task_->running; }

 private:
  struct Task {
    Ref<GCancellable> cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
    bool dropped = false;  // main thread only, as is `running`
    bool running = true;
    std::atomic<bool> ended = false;
  };
  struct Thread {
    std::shared_ptr<Task> task;
    std::jthread thread;
  };
  std::shared_ptr<Task> task_;
  std::vector<Thread> threads_;
};

}  // namespace sharpen
