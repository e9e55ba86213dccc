#include <cerrno>

#include "base/i18n.h"
#include "image/file_handle.h"
#include "image/formats.h"
#include "image/jpeg_errors.h"

namespace sharpen {
namespace {

class JpegWriter final : public RowWriter {
 public:
  JpegWriter(const PictureInfo& info, File file) : RowWriter(info), file_(std::move(file)) {
    errors_.attach(reinterpret_cast<j_common_ptr>(&jpeg_));
  }
  ~JpegWriter() override { jpeg_destroy_compress(&jpeg_); }

  [[nodiscard]] Result<void> start(int quality);

 protected:
  Result<void> write_rows(const std::byte* rows, std::uint32_t count) override;
  Result<void> end() override;

 private:
  template <class Step>
  [[nodiscard]] Result<void> run(const Step& step) {
    if (errors_.guard().run(step)) return {};
    return std::unexpected(write_error(std::ferror(file_.get()) ? errno : EIO));
  }

  JpegErrors errors_;
  File file_;
  jpeg_compress_struct jpeg_ = {};
};

Result<void> JpegWriter::start(int quality) {
  return run([&] {
    jpeg_create_compress(&jpeg_);
    jpeg_stdio_dest(&jpeg_, file_.get());
    jpeg_.image_width = info_.width;
    jpeg_.image_height = info_.height;
    jpeg_.input_components = info_.channels;
    jpeg_.in_color_space = info_.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&jpeg_);
    jpeg_set_quality(&jpeg_, quality, TRUE);
    for (int i = 0; i < jpeg_.num_components; ++i)
      jpeg_.comp_info[i].h_samp_factor = jpeg_.comp_info[i].v_samp_factor = 1;
    jpeg_start_compress(&jpeg_, TRUE);
    if (!info_.icc_profile.empty())
      jpeg_write_icc_profile(&jpeg_, reinterpret_cast<const JOCTET*>(info_.icc_profile.data()),
                             static_cast<unsigned>(info_.icc_profile.size()));
  });
}

Result<void> JpegWriter::write_rows(const std::byte* rows, std::uint32_t count) {
  const std::size_t row_bytes = info_.bytes_per_row();
  return run([&] {
    for (std::uint32_t i = 0; i < count; ++i) {
      auto* row = reinterpret_cast<JSAMPROW>(const_cast<std::byte*>(rows + i * row_bytes));
      jpeg_write_scanlines(&jpeg_, &row, 1);
    }
  });
}

Result<void> JpegWriter::end() {
  if (auto done = run([&] { jpeg_finish_compress(&jpeg_); }); !done) return done;
  return close_written(std::move(file_));
}

}  // namespace

WriterResult create_jpeg(const std::filesystem::path& path, const PictureInfo& info,
                         const WriteOptions& options) {
  if ((info.channels != 1 && info.channels != 3) || info.bits != 8)
    return fail(ErrorKind::bad_argument,
                _("A JPEG has neither transparency nor more than 8 bits for each colour."),
                _("Choose PNG or TIFF."));
  if (info.width > JPEG_MAX_DIMENSION || info.height > JPEG_MAX_DIMENSION)
    return fail(ErrorKind::bad_argument, _("The picture is too large for a JPEG."),
                _("Choose PNG or TIFF."));
  auto file = open_to_write(path);
  if (!file) return fail(std::move(file));
  auto writer = std::make_unique<JpegWriter>(info, *std::move(file));
  if (auto done = writer->start(options.jpeg_quality); !done) return fail(std::move(done));
  return writer;
}

}  // namespace sharpen
