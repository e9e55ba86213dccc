#include "service/store/job_store.h"

namespace sharpen::server {

Answer unknown_job() {
  return error_answer(404, "An image with the given process ID was not found.");
}

Answer unknown_source() {
  return error_answer(404, "An image with the given source ID was not found.");
}

}  // namespace sharpen::server
