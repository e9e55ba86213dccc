#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

namespace sharpen::server {

/// Ids that wait for a worker. The turn goes around the keys, so that one with many jobs does not
/// hold up the others; the fast jobs of all come before the rest.
class FairQueue {
 public:
  void push(const std::string& owner, const std::string& id, bool fast);
  [[nodiscard]] std::optional<std::string> pop();

 private:
  struct Lane {
    std::map<std::string, std::deque<std::string>> waiting;  ///< by key; none is empty
    std::string last;                                        ///< the key whose turn was last
    std::optional<std::string> pop();
  };
  Lane fast_, normal_;
};

}  // namespace sharpen::server
