#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sharpen {

/// A temporary file of its own (mode 0600, in a private folder 0700), removed with its owner. Its
/// name says which process made it.
class SpoolFile {
 public:
  /// Creates an empty file in `folder` (made if missing), or in a private folder of this process
  /// below the user's cache directory. `suffix` is for example ".png". Errors: io.
  [[nodiscard]] static Result<SpoolFile> create(std::string_view suffix,
                                                const std::filesystem::path& folder = {});

  SpoolFile() = default;
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;
  SpoolFile(SpoolFile&& other) noexcept;
  SpoolFile& operator=(SpoolFile&& other) noexcept;
  ~SpoolFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] bool empty() const { return path_.empty(); }

  /// Leaves the file on disk and gives up its ownership.
  [[nodiscard]] std::filesystem::path keep();
  /// Takes over a file that keep() gave up, perhaps in an earlier process.
  [[nodiscard]] static SpoolFile take_over(std::filesystem::path path);

  /// How the names of the files that this process makes begin.
  [[nodiscard]] static std::string prefix_of_maker();
  enum class Maker { alive, dead, unknown };
  /// Of a file by this name: unknown if another machine, boot or sandbox made it.
  [[nodiscard]] static Maker maker_of(const std::filesystem::path& path);

 private:
  explicit SpoolFile(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace sharpen
