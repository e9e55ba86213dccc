#pragma once

#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>

#include "image/picture.h"

namespace sharpen {

/// What the formats' readers have in common: counting rows, and staying failed after an error.
class RowReader : public PictureReader {
 public:
  [[nodiscard]] const PictureInfo& info() const final { return info_; }
  [[nodiscard]] Result<std::uint32_t> read(std::span<std::byte> rows) final;

 protected:
  /// Fills exactly `count` rows, never more than are left.
  [[nodiscard]] virtual Result<void> read_rows(std::byte* rows, std::uint32_t count) = 0;
  /// Called once after the last row: checks that the file ends as it should.
  [[nodiscard]] virtual Result<void> end() { return {}; }

  PictureInfo info_;

 private:
  [[nodiscard]] Result<void> read_checked(std::byte* rows, std::uint32_t count);

  std::uint32_t next_row_ = 0;
  std::optional<Error> error_;
};

/// What the formats' writers have in common: counting rows, and staying failed after an error.
class RowWriter : public PictureWriter {
 public:
  [[nodiscard]] const PictureInfo& info() const final { return info_; }
  [[nodiscard]] Result<void> write(std::span<const std::byte> rows) final;
  [[nodiscard]] Result<void> finish() final;

 protected:
  explicit RowWriter(PictureInfo info) : info_(std::move(info)) {}
  /// Takes exactly `count` rows, never more than are missing.
  [[nodiscard]] virtual Result<void> write_rows(const std::byte* rows, std::uint32_t count) = 0;
  /// Completes and closes the file; called once, after the last row.
  [[nodiscard]] virtual Result<void> end() = 0;

  PictureInfo info_;

 private:
  std::uint32_t next_row_ = 0;
  std::optional<Error> error_;
  bool finished_ = false;
};

using ReaderResult = Result<std::unique_ptr<PictureReader>>;
using WriterResult = Result<std::unique_ptr<PictureWriter>>;

[[nodiscard]] ReaderResult open_png(const std::filesystem::path& file, const PictureLimits& limits);
[[nodiscard]] ReaderResult open_jpeg(const std::filesystem::path& file,
                                     const PictureLimits& limits);
[[nodiscard]] ReaderResult open_tiff(const std::filesystem::path& file,
                                     const PictureLimits& limits);

[[nodiscard]] WriterResult create_png(const std::filesystem::path& file, const PictureInfo& info,
                                      const WriteOptions& options);
[[nodiscard]] WriterResult create_jpeg(const std::filesystem::path& file, const PictureInfo& info,
                                       const WriteOptions& options);
[[nodiscard]] WriterResult create_tiff(const std::filesystem::path& file, const PictureInfo& info);

/// Memory ran out, or threads.
[[nodiscard]] Error out_of_memory();
/// Runs `step`, which returns a Result, and turns what the system refuses into an error.
template <class Step>
[[nodiscard]] auto without_exceptions(const Step& step) -> decltype(step()) {
  try {
    return step();
  } catch (const std::bad_alloc&) {
    return std::unexpected(out_of_memory());
  } catch (const std::system_error&) {
    return std::unexpected(out_of_memory());
  }
}
/// Width, height and profile against the limits. Errors: bad_picture, too_large.
[[nodiscard]] Result<void> check_limits(const PictureInfo& info, const PictureLimits& limits);
/// `bytes` of memory that a header asks for, against a fixed bound. Errors: too_large.
[[nodiscard]] Result<void> check_memory(std::uint64_t bytes);

/// The file breaks its format's rules, or ends early; `detail` is the library's English words.
[[nodiscard]] Error damaged(FileFormat format, std::string_view detail);
/// The file is right, but of a kind that is not read, for example "CMYK".
[[nodiscard]] Error unsupported(FileFormat format, std::string_view kind);

}  // namespace sharpen
