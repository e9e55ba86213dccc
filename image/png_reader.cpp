#include <png.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <vector>

#include "image/file_handle.h"
#include "image/formats.h"
#include "image/icc_chunk.h"
#include "image/longjmp_guard.h"
#include "image/png_band_source.h"

namespace sharpen {
namespace {

/// Deflate cannot shrink better than 1032:1 (zlib's technical notes), so a header that promises
/// more than this times the file's size belongs to a truncated file.
constexpr std::uint64_t kMaxDeflateRatio = 1032;
/// Metadata chunks may be large (and are skipped), but not absurd.
constexpr png_alloc_size_t kMaxChunkBytes = 64u << 20;

[[noreturn]] void raise(png_structp png, png_const_charp message) {
  static_cast<LongjmpGuard*>(png_get_error_ptr(png))->raise(message);
}

void ignore(png_structp, png_const_charp) {}

class PngReader final : public RowReader {
 public:
  PngReader(std::filesystem::path path, File file, const PictureLimits& limits)
      : path_(std::move(path)),
        file_(std::move(file)),
        limits_(limits),
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &guard_, raise, ignore)),
        png_info_(png_ ? png_create_info_struct(png_) : nullptr) {}
  ~PngReader() override { png_destroy_read_struct(&png_, &png_info_, nullptr); }

  [[nodiscard]] Result<void> open();

 protected:
  Result<void> read_rows(std::byte* rows, std::uint32_t count) override;
  Result<void> end() override;

 private:
  [[nodiscard]] Result<void> read_header();
  [[nodiscard]] Result<void> read_profile();
  [[nodiscard]] Result<void> prepare_rows();
  [[nodiscard]] Result<void> read_rows_in_turn(std::byte* rows, std::uint32_t count);
  [[nodiscard]] Result<void> skip_rows(std::uint32_t count);
  [[nodiscard]] Result<void> copy_whole_rows(std::byte* rows, std::uint32_t count);
  [[nodiscard]] Result<void> read_whole();
  [[nodiscard]] Error error() const;

  LongjmpGuard guard_;
  std::filesystem::path path_;
  File file_;
  PictureLimits limits_;
  png_structp png_;
  png_infop png_info_;
  std::unique_ptr<PngBandSource> bands_;  ///< a faster way to the same rows, while it works
  std::uint32_t rows_from_bands_ = 0;
  bool interlaced_ = false;
  std::vector<std::byte> whole_;  ///< an interlaced picture, once it has been read
  std::size_t copied_ = 0;        ///< bytes of it
};

Error PngReader::error() const {
  if (std::ferror(file_.get())) return read_error(path_, errno);
  return damaged(FileFormat::png, guard_.message());
}

Result<void> PngReader::open() {
  if (!png_info_) return fail(ErrorKind::io, "libpng: no memory");
  if (auto done = read_header(); !done) return done;
  if (auto done = read_profile(); !done) return done;
  return prepare_rows();
}

Result<void> PngReader::read_header() {
  const bool ok = guard_.run([&] {
    png_init_io(png_, file_.get());
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(png_, kMaxChunkBytes);
    // Nothing but pixels is wanted of the chunks that are not critical. The profile is taken as it
    // is in the file: libpng would drop one that it finds fault with.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_ALWAYS,
                                reinterpret_cast<png_const_bytep>("iCCP"), 1);
    png_read_info(png_, png_info_);
  });
  if (!ok) return std::unexpected(error());
  info_.width = png_get_image_width(png_, png_info_);
  info_.height = png_get_image_height(png_, png_info_);
  return check_limits(info_, limits_);
}

Result<void> PngReader::read_profile() {
  png_unknown_chunkp chunks = nullptr;
  const int count = png_get_unknown_chunks(png_, png_info_, &chunks);
  if (count == 0) return {};
  auto profile =
      unpack_icc_chunk(std::as_bytes(std::span(chunks->data, chunks->size)), limits_.max_icc_bytes);
  // The pixels are sound, and most programs show such a picture as one without a profile.
  info_.lost_profile = !profile && profile.error().kind == ErrorKind::bad_picture;
  if (info_.lost_profile) return {};
  if (!profile) return fail(std::move(profile));
  info_.icc_profile = *std::move(profile);
  return {};
}

Result<void> PngReader::prepare_rows() {
  // The stored rows, before palettes and low depths are widened, are what deflate had to hold.
  const std::size_t stored_row = png_get_rowbytes(png_, png_info_);
  const bool palette = png_get_color_type(png_, png_info_) == PNG_COLOR_TYPE_PALETTE;
  const bool ok = guard_.run([&] {
    png_set_expand(png_);
    if constexpr (std::endian::native == std::endian::little) png_set_swap(png_);
    interlaced_ = png_set_interlace_handling(png_) > 1;
    png_read_update_info(png_, png_info_);
  });
  if (!ok) return std::unexpected(error());
  info_.channels = png_get_channels(png_, png_info_);
  info_.bits = png_get_bit_depth(png_, png_info_);

  std::error_code unknown;
  const auto file_bytes = std::filesystem::file_size(path_, unknown);
  if (!unknown && std::uint64_t{stored_row} * info_.height / kMaxDeflateRatio > file_bytes)
    return std::unexpected(damaged(FileFormat::png, "too short for its size"));
  if (interlaced_) return check_memory(std::uint64_t{info_.bytes_per_row()} * info_.height);
  if (!palette && stored_row == info_.bytes_per_row()) bands_ = PngBandSource::open(path_, info_);
  return {};
}

Result<void> PngReader::read_rows(std::byte* rows, std::uint32_t count) {
  if (interlaced_) return copy_whole_rows(rows, count);
  if (!bands_) return read_rows_in_turn(rows, count);
  if (bands_->read(rows, count)) {
    rows_from_bands_ += count;
    return {};
  }
  bands_.reset();
  if (auto done = skip_rows(rows_from_bands_); !done) return done;
  return read_rows_in_turn(rows, count);
}

Result<void> PngReader::skip_rows(std::uint32_t count) {
  const bool ok = guard_.run([&] {
    for (std::uint32_t i = 0; i < count; ++i) png_read_row(png_, nullptr, nullptr);
  });
  if (!ok) return std::unexpected(error());
  return {};
}

Result<void> PngReader::read_rows_in_turn(std::byte* rows, std::uint32_t count) {
  const std::size_t row_bytes = info_.bytes_per_row();
  const bool ok = guard_.run([&] {
    for (std::uint32_t i = 0; i < count; ++i)
      png_read_row(png_, reinterpret_cast<png_bytep>(rows + i * row_bytes), nullptr);
  });
  if (!ok) return std::unexpected(error());
  return {};
}

Result<void> PngReader::copy_whole_rows(std::byte* rows, std::uint32_t count) {
  if (whole_.empty()) {
    if (auto done = read_whole(); !done) return done;
  }
  const std::size_t bytes = info_.bytes_per_row() * count;
  std::memcpy(rows, whole_.data() + copied_, bytes);
  copied_ += bytes;
  return {};
}

Result<void> PngReader::read_whole() {
  const std::size_t row_bytes = info_.bytes_per_row();
  whole_.resize(row_bytes * info_.height);
  constexpr int kPasses = 7;
  const bool ok = guard_.run([&] {
    for (int pass = 0; pass < kPasses; ++pass)
      for (std::uint32_t y = 0; y < info_.height; ++y)
        png_read_row(png_, reinterpret_cast<png_bytep>(whole_.data() + y * row_bytes), nullptr);
  });
  if (!ok) return std::unexpected(error());
  return {};
}

Result<void> PngReader::end() {
  if (bands_) return {};
  if (!guard_.run([&] { png_read_end(png_, nullptr); })) return std::unexpected(error());
  return {};
}

}  // namespace

ReaderResult open_png(const std::filesystem::path& path, const PictureLimits& limits) {
  auto file = open_to_read(path);
  if (!file) return fail(std::move(file));
  auto reader = std::make_unique<PngReader>(path, *std::move(file), limits);
  if (auto done = reader->open(); !done) return fail(std::move(done));
  return reader;
}

}  // namespace sharpen
