#pragma once

#include <array>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "client/providers/service.h"

namespace sharpen {

/// Where the selection of a job's picture is kept, if it had one: beside the spooled upload.
[[nodiscard]] std::filesystem::path selection_file(const std::filesystem::path& upload);
/// Where the layer's own pixels are kept, if the upload cannot hold all of them (alpha, more than
/// 16 bits).
[[nodiscard]] std::filesystem::path pixels_file(const std::filesystem::path& upload);

/// A spooled upload and the files beside it, removed with their owner.
class SpooledUpload {
 public:
  /// Takes over files that keep() gave up, perhaps in an earlier process.
  [[nodiscard]] static SpooledUpload take_over(std::filesystem::path upload) {
    return SpooledUpload(std::move(upload));
  }
  SpooledUpload(const SpooledUpload&) = delete;
  SpooledUpload& operator=(const SpooledUpload&) = delete;
  SpooledUpload(SpooledUpload&& other) noexcept : upload_(std::exchange(other.upload_, {})) {}
  SpooledUpload& operator=(SpooledUpload&&) = delete;
  ~SpooledUpload();

  [[nodiscard]] const std::filesystem::path& path() const { return upload_; }
  /// Leaves the files on disk and gives up their ownership.
  [[nodiscard]] std::filesystem::path keep() { return std::exchange(upload_, {}); }

 private:
  explicit SpooledUpload(std::filesystem::path upload) : upload_(std::move(upload)) {}
  std::filesystem::path upload_;
};

/// The same picture once more, since each job takes its upload over; what lies beside it too.
/// Errors: io.
[[nodiscard]] Result<Upload> second_upload(const Upload& upload,
                                           const std::filesystem::path& folder);

}  // namespace sharpen
