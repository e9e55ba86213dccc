#include <cerrno>
#include <cstdlib>

#include "image/file_handle.h"
#include "image/formats.h"
#include "image/jpeg_errors.h"

namespace sharpen {
namespace {

constexpr int kIccMarker = JPEG_APP0 + 2;
constexpr unsigned kMaxMarkerBytes = 0xffff;
/// A Huffman-coded file spends at least one bit on each block of 8 × 8 pixels, so a header that
/// promises more pixels than this for each of the file's bytes belongs to a truncated file.
constexpr std::uint64_t kMaxPixelsPerByte = 8 * 64;
/// Each scan of a progressive file walks over the whole picture; ordinary ones have about ten.
constexpr int kMaxScans = 100;

struct MallocFree {
  void operator()(void* memory) const { std::free(memory); }
};

void refuse_endless_scans(j_common_ptr codec) {
  if (reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number > kMaxScans)
    static_cast<LongjmpGuard*>(codec->client_data)->raise("too many scans");
}

class JpegReader final : public RowReader {
 public:
  JpegReader(std::filesystem::path path, File file)
      : path_(std::move(path)), file_(std::move(file)) {
    errors_.attach(reinterpret_cast<j_common_ptr>(&jpeg_));
    progress_.progress_monitor = refuse_endless_scans;
  }
  ~JpegReader() override { jpeg_destroy_decompress(&jpeg_); }

  [[nodiscard]] Result<void> open(const PictureLimits& limits);

 protected:
  Result<void> read_rows(std::byte* rows, std::uint32_t count) override;
  Result<void> end() override;

 private:
  [[nodiscard]] Result<void> read_header();
  [[nodiscard]] Result<void> read_profile();
  void read_luma_table();
  [[nodiscard]] Result<void> check_size() const;
  [[nodiscard]] Error error() const;

  JpegErrors errors_;
  std::filesystem::path path_;
  File file_;
  jpeg_decompress_struct jpeg_ = {};
  jpeg_progress_mgr progress_ = {};
};

Error JpegReader::error() const {
  if (std::ferror(file_.get())) return read_error(path_, errno);
  return damaged(FileFormat::jpeg, errors_.guard().message());
}

Result<void> JpegReader::open(const PictureLimits& limits) {
  if (auto done = read_header(); !done) return done;
  if (auto done = read_profile(); !done) return done;
  if (auto done = check_limits(info_, limits); !done) return done;
  if (auto done = check_size(); !done) return done;
  if (!errors_.guard().run([&] { jpeg_start_decompress(&jpeg_); })) return std::unexpected(error());
  read_luma_table();
  return {};
}

Result<void> JpegReader::read_header() {
  const bool ok = errors_.guard().run([&] {
    jpeg_create_decompress(&jpeg_);
    jpeg_.progress = &progress_;
    jpeg_stdio_src(&jpeg_, file_.get());
    jpeg_save_markers(&jpeg_, kIccMarker, kMaxMarkerBytes);
    jpeg_read_header(&jpeg_, TRUE);
  });
  if (!ok) return std::unexpected(error());
  info_.width = jpeg_.image_width;
  info_.height = jpeg_.image_height;
  switch (jpeg_.jpeg_color_space) {
    case JCS_GRAYSCALE:
      jpeg_.out_color_space = JCS_GRAYSCALE;
      info_.channels = 1;
      return {};
    case JCS_RGB:
    case JCS_YCbCr:
      jpeg_.out_color_space = JCS_RGB;
      info_.channels = 3;
      return {};
    case JCS_CMYK:
    case JCS_YCCK:
      return std::unexpected(unsupported(FileFormat::jpeg, "CMYK"));
    default:
      return std::unexpected(unsupported(FileFormat::jpeg, "unknown colours"));
  }
}

Result<void> JpegReader::read_profile() {
  JOCTET* bytes = nullptr;
  unsigned count = 0;
  const bool ok = errors_.guard().run([&] { jpeg_read_icc_profile(&jpeg_, &bytes, &count); });
  const std::unique_ptr<JOCTET, MallocFree> owner(bytes);
  if (!ok) return std::unexpected(error());
  const auto profile = std::as_bytes(std::span(bytes, count));
  info_.icc_profile.assign(profile.begin(), profile.end());
  return {};
}

void JpegReader::read_luma_table() {
  const JQUANT_TBL* table = jpeg_.comp_info[0].quant_table;
  if (!table) return;
  std::ranges::copy(table->quantval, info_.jpeg_luma_table.emplace().begin());
}

Result<void> JpegReader::check_size() const {
  const std::uint64_t pixels = std::uint64_t{info_.width} * info_.height;
  std::error_code unknown;
  const auto file_bytes = std::filesystem::file_size(path_, unknown);
  if (!unknown && pixels / kMaxPixelsPerByte > file_bytes)
    return std::unexpected(damaged(FileFormat::jpeg, "too short for its size"));
  // libjpeg keeps the coefficients, two bytes each, of a file with several scans.
  if (jpeg_has_multiple_scans(const_cast<j_decompress_ptr>(&jpeg_)))
    return check_memory(pixels * 2 * static_cast<unsigned>(info_.channels));
  return {};
}

Result<void> JpegReader::read_rows(std::byte* rows, std::uint32_t count) {
  const std::size_t row_bytes = info_.bytes_per_row();
  const bool ok = errors_.guard().run([&] {
    for (std::uint32_t i = 0; i < count; ++i) {
      auto* row = reinterpret_cast<JSAMPROW>(rows + i * row_bytes);
      jpeg_read_scanlines(&jpeg_, &row, 1);
    }
  });
  if (!ok) return std::unexpected(error());
  return {};
}

Result<void> JpegReader::end() {
  if (!errors_.guard().run([&] { jpeg_finish_decompress(&jpeg_); }))
    return std::unexpected(error());
  return {};
}

}  // namespace

ReaderResult open_jpeg(const std::filesystem::path& path, const PictureLimits& limits) {
  auto file = open_to_read(path);
  if (!file) return fail(std::move(file));
  auto reader = std::make_unique<JpegReader>(path, *std::move(file));
  if (auto done = reader->open(limits); !done) return fail(std::move(done));
  return reader;
}

}  // namespace sharpen
