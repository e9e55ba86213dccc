#include "service/store/fair_queue.h"

#include <utility>

namespace sharpen::server {

void FairQueue::push(const std::string& owner, const std::string& id, bool fast) {
  (fast ? fast_ : normal_).waiting[owner].push_back(id);
}

std::optional<std::string> FairQueue::pop() {
  auto id = fast_.pop();
  return id ? id : normal_.pop();
}

std::optional<std::string> FairQueue::Lane::pop() {
  if (waiting.empty()) return {};
  auto next = waiting.upper_bound(last);
  if (next == waiting.end()) next = waiting.begin();
  std::string id = std::move(next->second.front());
  next->second.pop_front();
  last = next->first;
  if (next->second.empty()) waiting.erase(next);
  return id;
}

}  // namespace sharpen::server
