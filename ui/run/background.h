#pragma once

#include <gio/gio.h>

#include <atomic>
#include <exception>
#include <expected>
#include <memory>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/glib_ref.h"
#include "base/glib_source.h"
#include "base/i18n.h"

namespace sharpen {

/// Blocking work in threads, whose answer comes back on the main context. One piece counts at a
/// time: starting anew, cancel() and destruction drop the answer of the work before and cancel it.
/// Destruction waits for the threads, which end within half a second of being cancelled. Work that
/// throws, and work for which there is no thread, is answered with an error where its result can
/// hold one, else not at all.
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
    const auto answer = [task = task_, done](auto result) {
      // Shared, because the posted function is copyable and a result need not be.
      auto shared = std::make_shared<decltype(result)>(std::move(result));
      post([task, shared, done] {
        task->running = false;
        if (!task->dropped) done(std::move(*shared));
      });
    };
    const auto answer_failure = [task = task_, answer](const std::exception& error) {
      using Answer = std::invoke_result_t<Work&, GCancellable*>;
      if constexpr (std::is_constructible_v<Answer, std::unexpected<Error>>)
        answer(Answer(fail(ErrorKind::internal, tr("An error in this program: {}.", error.what()),
                           _("Please report it."))));
      else
        post([task] { task->running = false; });
    };
    try {
      threads_.push_back({task_, std::jthread([task = task_, work = std::move(work), answer,
                                               answer_failure]() mutable {
                            try {
                              answer(work(task->cancellable.get()));
                            } catch (const std::exception& error) {
                              answer_failure(error);
                            }
                            task->ended = true;
                          })});
    } catch (const std::system_error& error) {
      answer_failure(error);
    }
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
