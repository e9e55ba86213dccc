#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sharpen {

/// Who works on a job: a process that cannot be mistaken for a later one with the same id.
/// Source: proc_pid_stat(5), field 22 (start time in clock ticks since boot).
struct Lease {
  pid_t process = 0;             ///< 0: nobody
  std::uint64_t start_time = 0;  ///< of the process, ticks since boot
  std::string boot;              ///< the boot whose ticks these are
  std::string name_space;        ///< where the process id holds: a sandbox has its own

  /// The lease of this process, and of another one that runs now.
  [[nodiscard]] static Lease mine();
  [[nodiscard]] static Lease of(pid_t process);
  /// As it was written by text(); anything unreadable reads as nobody.
  [[nodiscard]] static Lease from_text(std::string_view text);
  [[nodiscard]] std::string text() const;

  /// Whether the owner still runs. A process in another sandbox cannot be looked at: it counts as
  /// alive until `renewed_ago` is longer than any job takes.
  [[nodiscard]] bool alive(std::chrono::seconds renewed_ago) const;
  [[nodiscard]] bool operator==(const Lease&) const = default;
};

}  // namespace sharpen
