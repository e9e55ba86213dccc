#pragma once

#include "service/clock.h"
#include "service/event_log.h"
#include "service/http/keys.h"
#include "service/http/links.h"
#include "service/jobs/jobs.h"
#include "service/options.h"

namespace sharpen::server {

/// What all routes work with; everything outlives them.
struct Core {
  const Options& options;
  Clock clock;
  Jobs& jobs;
  const Links& links;
  Keys& keys;
  EventLog& log;
};

}  // namespace sharpen::server
