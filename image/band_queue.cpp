#include "image/band_queue.h"

#include <algorithm>
#include <system_error>

namespace sharpen {

unsigned BandQueue::useful_threads(unsigned threads) {
  constexpr unsigned kAutomatic = 4;
  constexpr unsigned kMost = 16;
  if (threads == 0) return std::clamp(std::thread::hardware_concurrency(), 1u, kAutomatic);
  return std::min(threads, kMost);
}

BandQueue::BandQueue(unsigned threads, Work work)
    : slots_(slots_for(threads)), work_(std::move(work)), finished_(slots_) {
  try {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  } catch (const std::system_error&) {
    // Fewer threads do the same work; without any the owner does it.
  }
}

BandQueue::~BandQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  pushed_one_.notify_all();
}

void BandQueue::push() {
  {
    const std::lock_guard lock(mutex_);
    finished_[next_slot()] = false;
    ++pushed_;
  }
  pushed_one_.notify_one();
}

std::size_t BandQueue::pop() {
  const std::size_t slot = popped_ % slots_;
  if (threads_.empty()) {
    work_(slot);
  } else {
    std::unique_lock lock(mutex_);
    finished_one_.wait(lock, [&] { return finished_[slot]; });
    if (thrown_) std::rethrow_exception(thrown_);
  }
  ++popped_;
  return slot;
}

void BandQueue::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    pushed_one_.wait(lock, [&] { return stopping_ || taken_ < pushed_; });
    if (stopping_) return;
    const std::size_t slot = taken_++ % slots_;
    lock.unlock();
    std::exception_ptr thrown;
    try {
      work_(slot);
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    if (thrown) thrown_ = thrown;
    finished_[slot] = true;
    finished_one_.notify_one();
  }
}

}  // namespace sharpen
