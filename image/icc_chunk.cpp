#include "image/icc_chunk.h"

#include <zlib.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/i18n.h"
#include "image/formats.h"

namespace sharpen {
namespace {

constexpr std::size_t kMaxNameBytes = 79;
constexpr std::string_view kName("icc\0\0", 5);  // the name, its end, and method 0: deflate

struct InflateEnd {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

Bytef* zlib_bytes(const std::byte* bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes));
}

}  // namespace

Result<std::vector<std::byte>> unpack_icc_chunk(std::span<const std::byte> chunk,
                                                std::size_t max_bytes) {
  const auto bad = std::unexpected(damaged(FileFormat::png, "iCCP"));
  const auto name_end =
      std::ranges::find(chunk.first(std::min(chunk.size(), kMaxNameBytes + 1)), std::byte{0}) -
      chunk.begin();
  const auto data_start = static_cast<std::size_t>(name_end) + 2;
  if (data_start >= chunk.size() || chunk[data_start - 1] != std::byte{0}) return bad;
  const auto packed = chunk.subspan(data_start);

  z_stream stream = {};
  stream.next_in = zlib_bytes(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  if (inflateInit(&stream) != Z_OK) return bad;
  const std::unique_ptr<z_stream, InflateEnd> ends(&stream);

  std::vector<std::byte> profile;
  int status = Z_OK;
  while (status == Z_OK) {
    const std::size_t filled = profile.size();
    // One byte above the limit is enough to know that the profile passes it.
    profile.resize(std::min(filled + (1u << 16), max_bytes + 1));
    stream.next_out = zlib_bytes(profile.data() + filled);
    stream.avail_out = static_cast<uInt>(profile.size() - filled);
    status = inflate(&stream, Z_NO_FLUSH);
    profile.resize(stream.total_out);
    if (profile.size() > max_bytes)
      return fail(ErrorKind::too_large, _("The picture's colour profile is too large."),
                  _("Convert the picture to a common profile, for example sRGB."));
  }
  if (status != Z_STREAM_END) return bad;
  return profile;
}

std::vector<std::byte> pack_icc_chunk(std::span<const std::byte> profile) {
  uLongf packed_bytes = compressBound(static_cast<uLong>(profile.size()));
  std::vector<std::byte> chunk(kName.size() + packed_bytes);
  std::ranges::copy(std::as_bytes(std::span(kName)), chunk.begin());
  compress2(zlib_bytes(chunk.data() + kName.size()), &packed_bytes, zlib_bytes(profile.data()),
            static_cast<uLong>(profile.size()), 9);
  chunk.resize(kName.size() + packed_bytes);
  return chunk;
}

}  // namespace sharpen
