#pragma once

#include <filesystem>
#include <string_view>

#include "base/spool_file.h"
#include "base/unique_fd.h"
#include "service/http/answer.h"

namespace sharpen::server {

/// A picture that grows in a private file as its request comes.
class UploadFile {
 public:
  /// Refusals: 503.
  [[nodiscard]] static Checked<UploadFile> create(const std::filesystem::path& spool);
  UploadFile() = default;

  /// Refusals: 503, for example if the disk is full.
  [[nodiscard]] Checked<void> write(std::string_view bytes);
  /// Nothing more will be written.
  void close() { file_.reset(); }
  [[nodiscard]] bool is_open() const { return static_cast<bool>(file_); }
  /// Whether there is none.
  [[nodiscard]] bool empty() const { return picture_.empty(); }
  /// Gives the file away.
  [[nodiscard]] SpoolFile take();

 private:
  SpoolFile picture_;
  UniqueFd file_;
};

}  // namespace sharpen::server
