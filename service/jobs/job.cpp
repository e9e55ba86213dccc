#include "service/jobs/job.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sharpen::server {
namespace {

constexpr auto words = std::to_array<std::pair<JobState, std::string_view>>({
    {JobState::pending, "Pending"},
    {JobState::processing, "Processing"},
    {JobState::completed, "Completed"},
    {JobState::cancelled, "Cancelled"},
    {JobState::failed, "Failed"},
});

}  // namespace

std::string_view word_of(JobState state) {
  return std::ranges::find(words, state, &std::pair<JobState, std::string_view>::first)->second;
}

std::optional<JobState> state_from(std::string_view word) {
  const auto* found =
      std::ranges::find(words, word, &std::pair<JobState, std::string_view>::second);
  return found == words.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace sharpen::server
