#include <algorithm>
#include <cerrno>
#include <vector>

#include "image/file_handle.h"
#include "image/formats.h"
#include "image/tiff_file.h"

namespace sharpen {
namespace {

class TiffWriter final : public RowWriter {
 public:
  TiffWriter(const PictureInfo& info, std::unique_ptr<TiffFile> file)
      : RowWriter(info), file_(std::move(file)), scratch_(info.bytes_per_row()) {}

  [[nodiscard]] Result<void> start();

 protected:
  Result<void> write_rows(const std::byte* rows, std::uint32_t count) override;
  Result<void> end() override;

 private:
  std::unique_ptr<TiffFile> file_;
  std::vector<std::byte> scratch_;
  std::uint32_t y_ = 0;
};

Result<void> TiffWriter::start() {
  TIFF* tiff = file_->get();
  const auto set = [&](ttag_t tag, auto... value) {
    return TIFFSetField(tiff, tag, value...) == 1;
  };
  const bool colour = info_.channels >= 3;
  const bool alpha = info_.channels % 2 == 0;
  bool ok = set(TIFFTAG_IMAGEWIDTH, info_.width) && set(TIFFTAG_IMAGELENGTH, info_.height) &&
            set(TIFFTAG_BITSPERSAMPLE, info_.bits) &&
            set(TIFFTAG_SAMPLESPERPIXEL, info_.channels) &&
            set(TIFFTAG_PHOTOMETRIC, colour ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK) &&
            set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
            set(TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE) &&
            set(TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL) && set(TIFFTAG_ZIPQUALITY, 1);
  if (alpha) {
    const std::uint16_t kind = EXTRASAMPLE_UNASSALPHA;
    ok = ok && set(TIFFTAG_EXTRASAMPLES, 1, &kind);
  }
  if (!info_.icc_profile.empty())
    ok = ok && set(TIFFTAG_ICCPROFILE, static_cast<std::uint32_t>(info_.icc_profile.size()),
                   info_.icc_profile.data());
  constexpr std::size_t kStripBytes = 1 << 18;
  const auto rows = std::max<std::size_t>(1, kStripBytes / info_.bytes_per_row());
  ok = ok && set(TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(rows));
  if (!ok) return std::unexpected(write_error(EIO));
  return {};
}

Result<void> TiffWriter::write_rows(const std::byte* rows, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    // libtiff's predictor works in the memory that it is given.
    std::copy_n(rows + i * scratch_.size(), scratch_.size(), scratch_.data());
    if (TIFFWriteScanline(file_->get(), scratch_.data(), y_++, 0) != 1)
      return std::unexpected(write_error(errno));
  }
  return {};
}

Result<void> TiffWriter::end() {
  if (TIFFFlush(file_->get()) != 1) return std::unexpected(write_error(errno));
  file_.reset();
  return {};
}

}  // namespace

WriterResult create_tiff(const std::filesystem::path& path, const PictureInfo& info) {
  auto file = TiffFile::open_to_write(path);
  if (!file) return fail(std::move(file));
  auto writer = std::make_unique<TiffWriter>(info, *std::move(file));
  if (auto done = writer->start(); !done) return fail(std::move(done));
  return writer;
}

}  // namespace sharpen
