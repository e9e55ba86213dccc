#include "image/deflate.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <vector>

#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

namespace sharpen {
namespace {

/// zlib and ISA-L take input without const, and do not change it.
std::uint8_t* unsigned_bytes(std::span<const std::byte> bytes) {
  return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(bytes.data()));
}

}  // namespace

struct BandDeflater::Codec {
  virtual ~Codec() = default;
  virtual std::size_t deflate(std::span<const std::byte> band, std::span<std::byte> packed) = 0;

  class Zlib;
  class IsaL;
};

class BandDeflater::Codec::Zlib final : public Codec {
 public:
  explicit Zlib(int level) {
    constexpr int kRawDeflate = -MAX_WBITS;
    constexpr int kMemory = 8;
    ready_ =
        deflateInit2(&stream_, level, Z_DEFLATED, kRawDeflate, kMemory, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  Zlib(const Zlib&) = delete;
  Zlib& operator=(const Zlib&) = delete;
  ~Zlib() override { deflateEnd(&stream_); }

  std::size_t deflate(std::span<const std::byte> band, std::span<std::byte> packed) override {
    if (!ready_ || deflateReset(&stream_) != Z_OK) return 0;
    stream_.next_in = unsigned_bytes(band);
    stream_.avail_in = static_cast<uInt>(band.size());
    stream_.next_out = unsigned_bytes(packed);
    stream_.avail_out = static_cast<uInt>(packed.size());
    if (::deflate(&stream_, Z_FULL_FLUSH) != Z_OK || stream_.avail_out == 0) return 0;
    return packed.size() - stream_.avail_out;
  }

 private:
  z_stream stream_ = {};
  bool ready_ = false;
};

#ifdef HAVE_ISAL
class BandDeflater::Codec::IsaL final : public Codec {
 public:
  std::size_t deflate(std::span<const std::byte> band, std::span<std::byte> packed) override {
    isal_deflate_init(&stream_);
    stream_.level = 1;
    stream_.level_buf = work_.data();
    stream_.level_buf_size = static_cast<std::uint32_t>(work_.size());
    stream_.flush = FULL_FLUSH;
    stream_.next_in = unsigned_bytes(band);
    stream_.avail_in = static_cast<std::uint32_t>(band.size());
    stream_.next_out = unsigned_bytes(packed);
    stream_.avail_out = static_cast<std::uint32_t>(packed.size());
    const bool done =
        isal_deflate(&stream_) == COMP_OK && stream_.avail_in == 0 && stream_.avail_out > 0;
    return done ? packed.size() - stream_.avail_out : 0;
  }

 private:
  isal_zstream stream_ = {};
  std::vector<std::uint8_t> work_ = std::vector<std::uint8_t>(ISAL_DEF_LVL1_DEFAULT);
};
#endif

BandDeflater::BandDeflater(int level) {
#ifdef HAVE_ISAL
  if (level == 1) {
    codec_ = std::make_unique<Codec::IsaL>();
    return;
  }
#endif
  codec_ = std::make_unique<Codec::Zlib>(std::clamp(level, 0, 9));
}

BandDeflater::~BandDeflater() = default;
BandDeflater::BandDeflater(BandDeflater&&) noexcept = default;

std::size_t BandDeflater::bound(std::size_t bytes) { return bytes + bytes / 64 + 1024; }

std::size_t BandDeflater::deflate(std::span<const std::byte> band, std::span<std::byte> packed) {
  return codec_->deflate(band, packed);
}

struct BandInflater::Codec {
  struct Free {
    void operator()(libdeflate_decompressor* codec) const { libdeflate_free_decompressor(codec); }
  };
  std::unique_ptr<libdeflate_decompressor, Free> decompressor{libdeflate_alloc_decompressor()};
};

BandInflater::BandInflater() : codec_(std::make_unique<Codec>()) {}
BandInflater::~BandInflater() = default;
BandInflater::BandInflater(BandInflater&&) noexcept = default;

bool BandInflater::inflate(std::span<std::byte> packed, std::span<std::byte> band) {
  // With an empty stored block that is the last (RFC 1951, 3.2.4) the band is a whole stream.
  constexpr std::array<std::uint8_t, kRoomAfterBand> kLastBlock = {0x01, 0x00, 0x00, 0xff, 0xff};
  std::ranges::copy(std::as_bytes(std::span(kLastBlock)), packed.last<kRoomAfterBand>().begin());
  std::size_t used = 0;
  return codec_->decompressor &&
         libdeflate_deflate_decompress_ex(codec_->decompressor.get(), packed.data(), packed.size(),
                                          band.data(), band.size(), &used,
                                          nullptr) == LIBDEFLATE_SUCCESS &&
         used == packed.size();
}

std::uint32_t crc32_of(std::span<const std::byte> bytes, std::uint32_t crc) {
  return bytes.empty() ? crc : libdeflate_crc32(crc, bytes.data(), bytes.size());
}

std::uint32_t adler32_of(std::span<const std::byte> bytes) {
  return libdeflate_adler32(kAdlerOfNothing, bytes.data(), bytes.size());
}

std::uint32_t adler32_joined(std::uint32_t first, std::uint32_t second, std::size_t second_bytes) {
  return static_cast<std::uint32_t>(
      adler32_combine(first, second, static_cast<z_off_t>(second_bytes)));
}

}  // namespace sharpen
