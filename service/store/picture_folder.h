#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/error.h"

namespace sharpen::server {

/// The folder in which uploads and results outlive the process. Others may work in it, too: names
/// are unique, and a file appears whole or not at all.
class PictureFolder {
 public:
  /// Makes the folder (0700). Errors: io.
  [[nodiscard]] static Result<PictureFolder> open(std::filesystem::path folder);

  /// Where uploads grow until they are complete.
  [[nodiscard]] std::filesystem::path spool() const { return folder_ / "spool"; }
  [[nodiscard]] std::filesystem::path source(const std::string& id) const;
  [[nodiscard]] std::filesystem::path output(const std::string& id) const;
  /// Where this process lets a result grow until it is complete.
  [[nodiscard]] std::filesystem::path partial_output(const std::string& id) const;

  void remove_source(const std::string& id) const;
  void remove_output(const std::string& id) const;
  /// Removes what is in the spool, partial results, and pictures that nobody knows, all older than
  /// `age`: while others work in the folder, older than any work takes.
  void sweep(const std::function<bool(const std::string& id)>& knows_source,
             const std::function<bool(const std::string& id)>& knows_output,
             std::chrono::seconds age = {}) const;
  /// Bytes that can still be written.
  [[nodiscard]] std::uint64_t free_bytes() const;

 private:
  explicit PictureFolder(std::filesystem::path folder);
  std::filesystem::path folder_;
  std::string process_;  ///< tells this process from others in the folder
};

}  // namespace sharpen::server
