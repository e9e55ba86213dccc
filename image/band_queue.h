#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sharpen {

/// Work on the bands of a picture by a few threads, given out and taken back in their order.
///
/// The owner has as many buffers ("slots") as `slots()`. Band i uses slot i % slots(): the owner
/// fills the slot, calls push(), and has it back with pop(). Memory is bounded by the slots, and
/// the result does not depend on the number of threads. push() and pop() belong to one thread.
class BandQueue {
 public:
  /// Called on any of the threads, never twice at once for a slot; must not throw.
  using Work = std::function<void(std::size_t slot)>;

  /// `threads` of 0 means as many as the machine has cores, up to four: more only wait for the
  /// disk and for each other's memory.
  [[nodiscard]] static unsigned useful_threads(unsigned threads);
  /// Enough slots to keep the threads busy while the owner fills one and empties another.
  [[nodiscard]] static std::size_t slots_for(unsigned threads) { return threads + 2; }

  /// Where the system has no thread left, pop() does the work.
  BandQueue(unsigned threads, Work work);
  BandQueue(const BandQueue&) = delete;
  BandQueue& operator=(const BandQueue&) = delete;
  ~BandQueue();

  [[nodiscard]] bool empty() const { return pushed_ == popped_; }
  [[nodiscard]] bool full() const { return pushed_ - popped_ == slots_; }
  /// The slot to fill next; free only if the queue is not full.
  [[nodiscard]] std::size_t next_slot() const { return pushed_ % slots_; }
  /// Hands next_slot() to the threads.
  void push();
  /// Waits for the oldest band and returns its slot, which stays the owner's until pushed again.
  /// Throws what the work threw.
  [[nodiscard]] std::size_t pop();

 private:
  void run();

  const std::size_t slots_;
  const Work work_;
  std::mutex mutex_;
  std::condition_variable pushed_one_;
  std::condition_variable finished_one_;
  std::size_t pushed_ = 0;  ///< bands; changed by the owner only
  std::size_t taken_ = 0;   ///< bands that a thread works or worked on
  std::size_t popped_ = 0;
  std::vector<bool> finished_;  ///< for each slot
  bool stopping_ = false;
  std::exception_ptr thrown_;
  std::vector<std::jthread> threads_;
};

}  // namespace sharpen
