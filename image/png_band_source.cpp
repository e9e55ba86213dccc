#include "image/png_band_source.h"

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <new>

#include "image/png_chunks.h"

namespace sharpen {
namespace {

bool read_at(std::FILE* file, std::int64_t offset, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pread(::fileno(file), bytes.data(), bytes.size(), offset);
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += count;
  }
  return true;
}

std::optional<PngChunkHeader> chunk_header_at(std::FILE* file, std::int64_t offset) {
  std::array<std::byte, kPngChunkHeaderBytes> bytes = {};
  if (!read_at(file, offset, bytes)) return {};
  return parse_png_chunk_header(bytes);
}

std::int64_t next_chunk(std::int64_t offset, const PngChunkHeader& header) {
  return offset + std::int64_t{header.data_bytes} +
         static_cast<std::int64_t>(kPngChunkHeaderBytes + kPngChunkCrcBytes);
}

}  // namespace

PngBandSource::Slot::Slot(const PngBands& bands, std::size_t packed_room)
    : packed(packed_room),
      filtered(bands.filtered_bytes(bands.rows)),
      rows(bands.rows * bands.row_bytes) {}

std::unique_ptr<PngBandSource> PngBandSource::open(const std::filesystem::path& path,
                                                   const PictureInfo& info) {
  auto file = open_to_read(path);
  if (!file) return nullptr;
  std::unique_ptr<PngBandSource> source(new PngBandSource(*std::move(file), info));
  return source->find_chunks() ? std::move(source) : nullptr;
}

bool PngBandSource::find_chunks() {
  auto offset = static_cast<std::int64_t>(kPngSignature.size());
  auto header = chunk_header_at(file_.get(), offset);
  while (header && header->type != kPngData) {
    offset = next_chunk(offset, *header);
    header = chunk_header_at(file_.get(), offset);
  }
  if (!header || header->data_bytes != PngBands::kZlibHeader.size()) return false;

  const std::size_t bound = BandDeflater::bound(bands_.filtered_bytes(bands_.rows));
  for (std::uint32_t i = 0; i <= bands_.count; ++i) {
    offset = next_chunk(offset, *header);
    header = chunk_header_at(file_.get(), offset);
    if (!header || header->type != kPngData || header->data_bytes > bound) return false;
    if (i < bands_.count)
      chunks_.push_back(
          {offset + static_cast<std::int64_t>(kPngChunkHeaderBytes), header->data_bytes});
  }
  return find_end(offset);
}

bool PngBandSource::find_end(std::int64_t offset) {
  constexpr std::size_t kFrame = kPngChunkHeaderBytes + kPngChunkCrcBytes;
  std::array<std::byte, kFrame + PngBands::kZlibEndBytes + kFrame> bytes = {};
  if (!read_at(file_.get(), offset, bytes)) return false;
  const auto data = std::span(bytes).subspan(kPngChunkHeaderBytes, PngBands::kZlibEndBytes);
  expected_adler_ = big_endian_at(data.last(4));
  // What has to stand there is known but for the Adler-32, so it is made and compared.
  decltype(bytes) expected = {};
  std::ranges::copy(zlib_end(expected_adler_), expected.begin() + kPngChunkHeaderBytes);
  const auto zlib_chunk = frame_png_chunk(expected, kPngData, PngBands::kZlibEndBytes);
  frame_png_chunk(std::span(expected).subspan(zlib_chunk.size()), kPngEnd, 0);
  return bytes == expected;
}

bool PngBandSource::start() try {
  const unsigned threads = BandQueue::useful_threads(0);
  const auto largest = std::ranges::max_element(chunks_, {}, &Chunk::data_bytes);
  for (std::size_t i = 0; i < BandQueue::slots_for(threads); ++i)
    slots_.emplace_back(bands_, largest->data_bytes + BandInflater::kRoomAfterBand);
  queue_.emplace(threads, [this](std::size_t i) { slots_[i].decoded = decode(slots_[i]); });
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

bool PngBandSource::read(std::byte* rows, std::uint32_t count) {
  if (!queue_ && !start()) return false;
  std::size_t wanted = count * bands_.row_bytes;
  while (wanted > 0) {
    if (left_.empty() && !next_band()) return false;
    const std::size_t bytes = std::min(wanted, left_.size());
    rows = std::ranges::copy(left_.first(bytes), rows).out;
    left_ = left_.subspan(bytes);
    wanted -= bytes;
  }
  return true;
}

bool PngBandSource::next_band() {
  while (!queue_->full() && next_pushed_ < bands_.count) {
    slots_[queue_->next_slot()].band = next_pushed_++;
    queue_->push();
  }
  const Slot& slot = slots_[queue_->pop()];
  if (!slot.decoded) return false;
  const std::uint32_t rows = bands_.rows_of(slot.band);
  left_ = std::span(slot.rows).first(rows * bands_.row_bytes);
  adler_ = adler32_joined(adler_, slot.adler, bands_.filtered_bytes(rows));
  return slot.band + 1 < bands_.count || adler_ == expected_adler_;
}

bool PngBandSource::decode(Slot& slot) const {
  const Chunk& chunk = chunks_[slot.band];
  const auto packed = std::span(slot.packed).first(chunk.data_bytes + BandInflater::kRoomAfterBand);
  // The CRC comes after the data, where the inflater then wants its room.
  static_assert(BandInflater::kRoomAfterBand >= kPngChunkCrcBytes);
  const auto data = packed.first(chunk.data_bytes);
  if (!read_at(file_.get(), chunk.data_offset,
               packed.first(chunk.data_bytes + kPngChunkCrcBytes)) ||
      png_chunk_crc(kPngData, data) != big_endian_at(packed.subspan(chunk.data_bytes)))
    return false;
  const std::uint32_t rows = bands_.rows_of(slot.band);
  const auto filtered = std::span(slot.filtered).first(bands_.filtered_bytes(rows));
  if (!slot.inflater.inflate(packed, filtered)) return false;
  slot.adler = adler32_of(filtered);
  return unfilter_band(bands_, filtered, std::span(slot.rows).first(rows * bands_.row_bytes));
}

}  // namespace sharpen
