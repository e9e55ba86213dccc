#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

#include "image/band_queue.h"
#include "image/deflate.h"
#include "image/file_handle.h"
#include "image/formats.h"
#include "image/png_bands.h"
#include "image/png_chunks.h"

namespace sharpen {
namespace {

class PngWriter final : public RowWriter {
 public:
  PngWriter(const PictureInfo& info, File file, const WriteOptions& options);

  [[nodiscard]] Result<void> start();

 protected:
  Result<void> write_rows(const std::byte* rows, std::uint32_t count) override;
  Result<void> end() override;

 private:
  /// A band on its way: filled by the caller, made a chunk by a thread, written by the caller.
  struct Slot {
    Slot(const PngBands& bands, int level);
    std::size_t bytes = 0;
    std::vector<std::byte> rows;
    std::vector<std::byte> filtered;
    std::vector<std::byte> room;
    std::span<const std::byte> chunk;  ///< empty if it could not be deflated
    std::uint32_t adler = 0;
    std::size_t adler_bytes = 0;
    BandDeflater deflater;
  };
  void encode(Slot& slot) const;
  [[nodiscard]] Result<void> write_oldest();

  File file_;
  PngBands bands_;
  std::uint32_t adler_ = kAdlerOfNothing;
  std::vector<Slot> slots_;
  std::optional<BandQueue> queue_;  ///< the last member: its threads end before the rest goes
};

PngWriter::Slot::Slot(const PngBands& bands, int level)
    : rows(bands.rows * bands.row_bytes),
      filtered(bands.filtered_bytes(bands.rows)),
      room(kPngChunkHeaderBytes + BandDeflater::bound(filtered.size()) + kPngChunkCrcBytes),
      deflater(level) {}

PngWriter::PngWriter(const PictureInfo& info, File file, const WriteOptions& options)
    : RowWriter(info), file_(std::move(file)), bands_(info) {
  const unsigned threads = std::min(BandQueue::useful_threads(options.threads), bands_.count);
  for (std::size_t i = 0; i < BandQueue::slots_for(threads); ++i)
    slots_.emplace_back(bands_, options.png_level);
  queue_.emplace(threads, [this](std::size_t i) { encode(slots_[i]); });
}

Result<void> PngWriter::start() {
  if (!write_png_header(file_.get(), info_) ||
      !write_png_chunk(file_.get(), kPngData, PngBands::kZlibHeader))
    return std::unexpected(write_error(errno));
  return {};
}

Result<void> PngWriter::write_rows(const std::byte* rows, std::uint32_t count) {
  std::size_t left = count * bands_.row_bytes;
  while (left > 0) {
    if (queue_->full()) {
      if (auto done = write_oldest(); !done) return done;
    }
    Slot& slot = slots_[queue_->next_slot()];
    const std::size_t bytes = std::min(left, slot.rows.size() - slot.bytes);
    std::copy_n(rows, bytes, slot.rows.begin() + static_cast<std::ptrdiff_t>(slot.bytes));
    slot.bytes += bytes;
    rows += bytes;
    left -= bytes;
    if (slot.bytes == slot.rows.size()) queue_->push();
  }
  return {};
}

void PngWriter::encode(Slot& slot) const {
  const auto rows = std::span(slot.rows).first(slot.bytes);
  const auto filtered =
      std::span(slot.filtered)
          .first(bands_.filtered_bytes(static_cast<std::uint32_t>(slot.bytes / bands_.row_bytes)));
  filter_band(bands_, rows, filtered);
  slot.adler = adler32_of(filtered);
  slot.adler_bytes = filtered.size();
  const auto room = std::span(slot.room);
  const std::size_t packed = slot.deflater.deflate(
      filtered, room.first(room.size() - kPngChunkCrcBytes).subspan(kPngChunkHeaderBytes));
  slot.chunk = packed == 0 ? std::span<const std::byte>() : frame_png_chunk(room, kPngData, packed);
}

Result<void> PngWriter::write_oldest() {
  Slot& slot = slots_[queue_->pop()];
  slot.bytes = 0;
  if (slot.chunk.empty()) return std::unexpected(write_error(ENOMEM));
  adler_ = adler32_joined(adler_, slot.adler, slot.adler_bytes);
  if (!write_bytes(file_.get(), slot.chunk)) return std::unexpected(write_error(errno));
  return {};
}

Result<void> PngWriter::end() {
  if (slots_[queue_->next_slot()].bytes > 0 && !queue_->full()) queue_->push();
  while (!queue_->empty()) {
    if (auto done = write_oldest(); !done) return done;
  }
  if (!write_png_chunk(file_.get(), kPngData, zlib_end(adler_)) ||
      !write_png_chunk(file_.get(), kPngEnd, {}))
    return std::unexpected(write_error(errno));
  return close_written(std::move(file_));
}

}  // namespace

WriterResult create_png(const std::filesystem::path& path, const PictureInfo& info,
                        const WriteOptions& options) {
  auto file = open_to_write(path);
  if (!file) return fail(std::move(file));
  auto writer = std::make_unique<PngWriter>(info, *std::move(file), options);
  if (auto done = writer->start(); !done) return fail(std::move(done));
  return writer;
}

}  // namespace sharpen
