#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace sharpen::engine {

/// How many threads to use when `wanted` is 0: one for each core.
[[nodiscard]] inline unsigned thread_count(unsigned wanted) {
  if (wanted > 0) return wanted;
  const unsigned cores = std::thread::hardware_concurrency();
  return cores > 0 ? cores : 1;
}

/// Calls `work(index)` once for each index below `count`, on `threads` threads, in any order;
/// stops early when asked to. The first exception of a call is thrown again here.
template <class Work>
void parallel_for(int count, unsigned threads, const std::stop_token& stop, const Work& work) {
  std::atomic<int> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto run = [&] {
    try {
      for (int i = next++; i < count && !stop.stop_requested(); i = next++) work(i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < threads && static_cast<int>(i) < count; ++i) helpers.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace sharpen::engine
