#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "client/journal/manifest.h"
#include "plugin/files/files_job.h"
#include "plugin/files/open_picture.h"
#include "ui/run/background.h"

namespace sharpen {

/// A file on disk at one moment: what has changed since is another.
struct FileMoment {
  std::uint64_t device = 0, number = 0;
  std::int64_t bytes = 0, modified = 0, accessed = 0;  ///< times in nanoseconds
  [[nodiscard]] bool same_content(const FileMoment& other) const {
    return device == other.device && number == other.number && bytes == other.bytes &&
           modified == other.modified;
  }
};
/// Errors: io.
[[nodiscard]] Result<FileMoment> moment_of(const std::filesystem::path& file);
/// SHA-256 of a file's bytes. Errors: io.
[[nodiscard]] Result<std::string> checksum_of(const std::filesystem::path& file);
/// Waits until a file is on the disk, and gives it times if there are some. Errors: io.
[[nodiscard]] Result<void> settle(const std::filesystem::path& file,
                                  const std::optional<FileMoment>& times);
/// Decodes what GIMP has written, since not each of its plug-ins notices a full disk. A kind that
/// we do not read passes. Errors: bad_picture, io.
[[nodiscard]] Result<void> check_written(const std::filesystem::path& file, std::uint32_t width,
                                         std::uint32_t height);

/// A file of a run that is being worked on.
struct OpenFile {
  /// Finishing: it is written, checked and named; GIMP has it no more.
  enum class Step { exporting, running, answered, finishing };

  std::size_t index = 0;
  Step step = Step::exporting;
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
  FileMoment moment;
  OutputKey key;
  std::filesystem::path wanted, output;  ///< output: empty until it is reserved
  bool claimed = false;
  bool cancelled = false;  ///< by the user
  std::unique_ptr<OpenPicture> picture;
  std::unique_ptr<Export> exporting;
  Upload upload;
  LayerOrigin origin;
  std::atomic<bool> begun = false;  ///< the job got a place at the service
  Background job;
  std::optional<Result<FilesJob>> answer;
};

}  // namespace sharpen
