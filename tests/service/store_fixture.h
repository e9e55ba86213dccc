#pragma once

#include <glib.h>
#include <gtest/gtest.h>

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

/// The turn goes around the keys, and the fast jobs of all come first.
inline void expect_turns(JobStore& store) {
  const std::string a1 = submitted(store, "a"), a2 = submitted(store, "a"),
                    a3 = submitted(store, "a"), b1 = submitted(store, "b");
  const SourcePicture source = a_source("a");
  Job fast = a_job(source);
  fast.fast = true;
  (void)submitted(store, fast, source);
  for (const std::string& id : {fast.id, a1, b1, a2, a3}) {
    const auto job = store.claim();
    ASSERT_TRUE(job);
    EXPECT_EQ(job->id, id);
  }
  EXPECT_FALSE(store.claim());
}

/// A job as it is when it was carried out.
inline Job completed(const Job& job) {
  Job done = job;
  done.state = JobState::completed;
  done.output_bytes = 50;
  return done;
}

}  // namespace sharpen::server
