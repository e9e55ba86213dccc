#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/unique_fd.h"

namespace sharpen {

/// Rows of pixels parked on disk, which takes no memory of the process.
class RowSpool {
 public:
  /// A file without a name in `folder` (made if missing, 0700): it is gone with its owner, however
  /// that ends. Errors: io.
  [[nodiscard]] static Result<RowSpool> create(const std::filesystem::path& folder);
  /// A new file (0600) that stays, and one that stayed. Errors: io.
  [[nodiscard]] static Result<RowSpool> create_file(const std::filesystem::path& file);
  [[nodiscard]] static Result<RowSpool> open_file(const std::filesystem::path& file);

  /// Appends bytes at the end. Errors: io.
  [[nodiscard]] Result<void> append(std::span<const std::byte> bytes);
  /// Fills `bytes` from `offset` on. Errors: io, also if there are fewer.
  [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> bytes) const;
  [[nodiscard]] Result<std::uint64_t> size() const;

 private:
  [[nodiscard]] static Result<RowSpool> open(const std::filesystem::path& file, int flags);
  explicit RowSpool(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

}  // namespace sharpen
