#include "service/store/redis_store.h"

namespace sharpen::server {

Result<std::unique_ptr<JobStore>> open_redis_store(RedisStoreSettings) {
  return fail(ErrorKind::bad_argument, "This sharpen-service was built without Redis.",
              "Build it with libhiredis-dev, or leave out --queue.");
}

}  // namespace sharpen::server
