#include "ui/run/kept_results.h"

#include <algorithm>
#include <utility>

#include "ui/run/choice.h"

namespace sharpen {
namespace {

auto is_ready(std::size_t source, const Settings& settings) {
  return [source, wanted = essence(settings)](const Task& task) {
    return task.ready && task.source == source && essence(task.settings) == wanted;
  };
}

}  // namespace

void KeptResults::keep(std::vector<Task> tasks, bool of_originals) {
  tasks_ = std::move(tasks);
  of_originals_ = of_originals;
}

bool KeptResults::has(std::size_t source, const Settings& settings, bool of_original) const {
  return of_original == of_originals_ && std::ranges::any_of(tasks_, is_ready(source, settings));
}

std::optional<JobResult> KeptResults::take(std::size_t source, const Settings& settings,
                                           bool of_original) {
  if (!has(source, settings, of_original)) return {};
  const auto found = std::ranges::find_if(tasks_, is_ready(source, settings));
  return std::exchange(found->ready, std::nullopt);
}

}  // namespace sharpen
