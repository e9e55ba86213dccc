#pragma once

#include "service/clock.h"
#include "service/jobs.h"
#include "service/links.h"
#include "service/options.h"

namespace sharpen::server {

/// What all routes work with; everything outlives them.
struct Core {
  const Options& options;
  Clock clock;
  Jobs& jobs;
  const Links& links;
};

}  // namespace sharpen::server
