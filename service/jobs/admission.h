#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "service/http/answer.h"
#include "service/options.h"
#include "service/store/job_store.h"

namespace sharpen::server {

/// The place of a job that is on its way in, and of its upload on the disk.
class Place {
 public:
  virtual ~Place() = default;
  /// The job is counted by the store now, or there is none.
  virtual void leave() = 0;
};

/// Decides before a body is read whether there is room for what it brings.
class Admission {
 public:
  /// `options` and `store` outlive this.
  Admission(const Options& options, JobStore& store) : options_(options), store_(store) {}

  /// A place for a job of a key whose request has so many bytes. `seconds` is when a place in the
  /// queue may be free again. Refusals, with Retry-After: 429 (queue full, or a limit of the key),
  /// 503 (disk full).
  [[nodiscard]] Checked<std::shared_ptr<Place>> enter(const std::string& owner,
                                                      std::optional<std::uint64_t> bytes,
                                                      std::int64_t seconds);

 private:
  struct Counts {
    std::map<std::string, Usage> incoming;  ///< by key
    Usage all;
  };
  class Counted;
  const Options& options_;
  JobStore& store_;
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace sharpen::server
