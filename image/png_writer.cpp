#include <zlib.h>

#include <bit>
#include <cerrno>
#include <memory>
#include <vector>

#include "image/file_handle.h"
#include "image/formats.h"
#include "image/png_chunks.h"

namespace sharpen {
namespace {

constexpr std::size_t kChunkBytes = 1 << 18;

class PngWriter final : public RowWriter {
 public:
  PngWriter(const PictureInfo& info, File file)
      : RowWriter(info),
        file_(std::move(file)),
        filtered_(info.bytes_per_row() + 1),
        out_(kChunkBytes) {}

  [[nodiscard]] Result<void> start(int level) {
    deflateInit(&stream_, level);
    if (!write_png_header(file_.get(), info_)) return std::unexpected(write_error(errno));
    return {};
  }
  ~PngWriter() override { deflateEnd(&stream_); }

 protected:
  Result<void> write_rows(const std::byte* rows, std::uint32_t count) override {
    for (std::uint32_t i = 0; i < count; ++i) {
      filter(rows + i * info_.bytes_per_row());
      if (auto done = deflate_row(filtered_, Z_NO_FLUSH); !done) return done;
    }
    return {};
  }
  Result<void> end() override {
    if (auto done = deflate_row({}, Z_FINISH); !done) return done;
    if (!write_png_chunk(file_.get(), {'I', 'E', 'N', 'D'}, {}))
      return std::unexpected(write_error(errno));
    return close_written(std::move(file_));
  }

 private:
  void filter(const std::byte* row) {
    const std::size_t bytes = info_.bytes_per_row();
    const std::size_t sample = static_cast<std::size_t>(info_.bits / 8);
    const std::size_t pixel = sample * static_cast<std::size_t>(info_.channels);
    const auto stored = [&](std::size_t i) -> unsigned {
      if (sample == 2 && std::endian::native == std::endian::little) i ^= 1;
      return std::to_integer<unsigned>(row[i]);
    };
    filtered_[0] = std::byte{1};
    for (std::size_t i = 0; i < bytes; ++i)
      filtered_[i + 1] = static_cast<std::byte>(stored(i) - (i < pixel ? 0 : stored(i - pixel)));
  }

  Result<void> deflate_row(std::span<const std::byte> row, int flush) {
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(row.data()));
    stream_.avail_in = static_cast<uInt>(row.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      deflate(&stream_, flush);
      const auto made = std::span(out_).first(out_.size() - stream_.avail_out);
      if (!made.empty() && !write_png_chunk(file_.get(), {'I', 'D', 'A', 'T'}, made))
        return std::unexpected(write_error(errno));
    } while (stream_.avail_out == 0);
    return {};
  }

  File file_;
  std::vector<std::byte> filtered_;
  std::vector<std::byte> out_;
  z_stream stream_ = {};
};

}  // namespace

WriterResult create_png(const std::filesystem::path& path, const PictureInfo& info,
                        const WriteOptions& options) {
  auto file = open_to_write(path);
  if (!file) return fail(std::move(file));
  auto writer = std::make_unique<PngWriter>(info, *std::move(file));
  if (auto done = writer->start(options.png_level); !done) return fail(std::move(done));
  return writer;
}

}  // namespace sharpen
