#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"
#include "service/clock.h"
#include "service/store/job_store.h"

namespace sharpen::server {

struct RedisStoreSettings {
  std::string url, password;
  std::filesystem::path folder;  ///< of pictures; the same for all processes
  std::int64_t visibility = 30;  ///< seconds after which a silent worker's job is another's
  bool has_account = false;      ///< charges are kept
  Clock clock;
};

/// The store of any number of processes, on any number of machines: records and the queue in Redis
/// or Valkey, pictures in a folder that all of them see. Errors: bad_argument, io; bad_argument if
/// this program was built without hiredis.
[[nodiscard]] Result<std::unique_ptr<JobStore>> open_redis_store(RedisStoreSettings settings);

}  // namespace sharpen::server
