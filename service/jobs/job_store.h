#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "service/jobs/job.h"

namespace sharpen::server {

/// The folder in which jobs and their pictures outlive the process: a JSON file for each job and
/// each source, written whole or not at all, beside the pictures.
class JobStore {
 public:
  /// Makes the folder (0700) and locks it against a second process. Partial uploads and results
  /// of an earlier process are removed. Errors: io, conflict.
  [[nodiscard]] static Result<JobStore> open(const std::filesystem::path& folder);

  [[nodiscard]] std::filesystem::path spool() const { return folder_ / "spool"; }
  [[nodiscard]] std::filesystem::path ledger() const { return folder_ / "charges.jsonl"; }
  [[nodiscard]] std::filesystem::path source_picture(const std::string& id) const;
  [[nodiscard]] std::filesystem::path output_picture(const std::string& id) const;
  /// Where a result grows until it is complete.
  [[nodiscard]] std::filesystem::path partial_output(const std::string& id) const;

  [[nodiscard]] Result<void> save(const Job& job) const;
  [[nodiscard]] Result<void> save(const SourcePicture& source) const;
  /// Removes the record and the picture.
  void remove(const Job& job) const;
  void remove(const SourcePicture& source) const;

  /// Everything that can be read; a damaged record is removed with its picture.
  [[nodiscard]] std::vector<Job> load_jobs() const;
  [[nodiscard]] std::vector<SourcePicture> load_sources() const;

 private:
  JobStore(std::filesystem::path folder, UniqueFd lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}
  std::filesystem::path folder_;
  UniqueFd lock_;
};

}  // namespace sharpen::server
