#pragma once

#include <glib.h>

#include <functional>
#include <optional>
#include <string>

#include "base/glib_error.h"
#include "service/store/job_store.h"

namespace sharpen::server {

inline std::string new_id() { return OwnedChars(g_uuid_string_random()).get(); }

/// Runs the main loop until something holds; false after 10 s.
inline bool turn_until(const std::function<bool()>& holds) {
  const auto deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
  while (!holds() && g_get_monotonic_time() < deadline)
    if (!g_main_context_iteration(nullptr, FALSE)) g_usleep(1000);
  return holds();
}

inline SourcePicture a_source(const std::string& owner = {}) {
  return {.id = new_id(),
          .filename = "a.png",
          .owner = owner,
          .width = 4,
          .height = 4,
          .bytes = 100,
          .created = 1000};
}

inline Job a_job(const SourcePicture& source) {
  return {.id = new_id(),
          .source_id = source.id,
          .filename = source.filename,
          .owner = source.owner,
          .model = "Standard",
          .created = 1000,
          .modified = 1000,
          .credits = 2};
}

/// Submits and waits for the answer; the id, or empty if it was refused.
inline std::string submitted(JobStore& store, const Job& job, const SourcePicture& source) {
  std::optional<bool> saved;
  store.submit(job, source, [&](const Checked<void>& result) { saved = result.has_value(); });
  turn_until([&] { return saved.has_value(); });
  return saved.value_or(false) ? job.id : "";
}

inline std::string submitted(JobStore& store, const std::string& owner = {}) {
  const SourcePicture source = a_source(owner);
  return submitted(store, a_job(source), source);
}

/// A job as it is when it was carried out.
inline Job completed(const Job& job) {
  Job done = job;
  done.state = JobState::completed;
  done.output_bytes = 50;
  return done;
}

}  // namespace sharpen::server
