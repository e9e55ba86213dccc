#include "service/clock.h"

#include <chrono>
#include <fstream>

namespace sharpen::server {

Clock machine_clock(const std::string& ahead_file) {
  return [ahead_file] {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    std::int64_t ahead = 0;
    if (!ahead_file.empty()) std::ifstream(ahead_file) >> ahead;
    return std::chrono::duration_cast<std::chrono::seconds>(now).count() + ahead;
  };
}

}  // namespace sharpen::server
