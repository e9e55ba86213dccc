#pragma once

#include <chrono>
#include <future>
#include <type_traits>
#include <utility>

#include "ui/host.h"

namespace sharpen {

/// How std::async() works where the system may have no thread to give: then get() does the work.
inline constexpr auto if_there_is_a_thread = std::launch::async | std::launch::deferred;

/// What `work()` returns, which a thread does while windows react; without a `process_events` it is
/// done at once. Not for libgimp. Errors: those of `process_events`, after the work has ended.
template <class Work>
[[nodiscard]] Result<std::invoke_result_t<Work>> in_thread(Work work,
                                                           const ProcessEvents& process_events) {
  if (!process_events) return work();
  auto done = std::async(if_there_is_a_thread, std::move(work));
  while (done.wait_for(std::chrono::milliseconds(5)) == std::future_status::timeout)
    if (auto processed = process_events(); !processed) return fail(std::move(processed));
  return done.get();
}

}  // namespace sharpen
