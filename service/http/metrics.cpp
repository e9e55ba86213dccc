#include "service/http/metrics.h"

#include <format>

namespace sharpen::server {

Answer metrics_answer(const Core& core) {
  const auto usage = core.jobs.usage();
  if (!usage) return usage.error();
  const Counters& counters = core.jobs.counters();
  std::string text;
  const auto add = [&text](const char* type, const char* name, const char* help, auto value) {
    text += std::format("# HELP sharpen_{0} {1}\n# TYPE sharpen_{0} {2}\nsharpen_{0} {3}\n", name,
                        help, type, value);
  };
  add("gauge", "jobs_unfinished", "Jobs that are queued or being worked on.", usage->unfinished);
  add("gauge", "stored_bytes", "Size of the stored pictures.", usage->bytes);
  add("gauge", "free_bytes", "Free space of their disk.", core.jobs.pictures().free_bytes());
  add("gauge", "workers_busy", "Workers that have a job.", core.jobs.workers_busy());
  add("counter", "jobs_submitted_total", "Jobs that were accepted.", counters.submitted);
  add("counter", "jobs_completed_total", "Jobs that were completed here.", counters.completed);
  add("counter", "jobs_failed_total", "Jobs that failed here.", counters.failed);
  add("counter", "jobs_cancelled_total", "Jobs that were cancelled here.", counters.cancelled);
  add("counter", "requests_refused_total", "Submits for which there was no room.",
      counters.refused);
  add("counter", "wrong_keys_total", "Requests with a wrong key or none.", counters.wrong_keys);
  Answer answer;
  answer.body = std::move(text);
  answer.content_type = "text/plain; version=0.0.4";
  return answer;
}

Answer health_answer(const Core& core) {
  const bool well = core.jobs.check().has_value();
  Answer answer;
  answer.status = well ? 200 : 503;
  answer.body = well ? "ok\n" : "unavailable\n";
  answer.content_type = "text/plain";
  return answer;
}

}  // namespace sharpen::server
