#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/spool_file.h"
#include "service/http/answer.h"
#include "service/jobs/job.h"
#include "service/jobs/job_store.h"

namespace sharpen::server {

/// The uploads. Each is kept for some days, so that a later job can name it instead of sending it
/// again, but not long after its last job was deleted.
class Sources {
 public:
  /// Loads what an earlier process left. `store` outlives this.
  explicit Sources(const JobStore& store);

  /// Takes over an upload. Refusals: 413, 415, 500.
  [[nodiscard]] Checked<SourcePicture> admit(SpoolFile picture, const std::string& filename,
                                             std::int64_t now);
  [[nodiscard]] const SourcePicture* find(const std::string& id) const;
  void discard(const std::string& id);

  /// A job of this upload was begun, or its last one was deleted (Unix seconds).
  void mark_used(const std::string& id) { set_orphaned(id, 0); }
  void mark_orphaned(const std::string& id, std::int64_t now) { set_orphaned(id, now); }
  /// Removes what is too old, but nothing that is `needed`.
  void expire(std::int64_t now, std::int64_t keep, std::int64_t keep_orphan,
              const std::set<std::string>& needed);

 private:
  void set_orphaned(const std::string& id, std::int64_t since);

  const JobStore& store_;
  std::map<std::string, SourcePicture> pictures_;
};

}  // namespace sharpen::server
