#include "service/jobs/job.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.h"

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

std::string error_json(std::string_view why) {
  return JsonWriter().begin_object().member("error", why).end_object().text();
}

Job failed(Job job, std::string_view why, std::int64_t now) {
  job.state = JobState::failed;
  job.modified = now;
  job.options_json = error_json(why);
  return job;
}

Charge charge_for(const Job& completed) {
  return {completed.id, completed.filename, completed.credits, completed.modified};
}

}  // namespace sharpen::server
