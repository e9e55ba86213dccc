#pragma once

namespace sharpen::bench {

struct SharedOutcome {
  int jobs = 0, lost = 0, twice = 0;
};

/// So many jobs, sent in turn to three services that share a queue in a real Redis; one of them is
/// killed when half are sent. Lost: those that do not come back. Twice: those charged more than
/// once.
[[nodiscard]] SharedOutcome kill_one_of_three(int jobs);

}  // namespace sharpen::bench
