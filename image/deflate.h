#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace sharpen {

/// Deflates bands so that they can be joined: each ends on a byte boundary, without being the last
/// block, and refers to nothing before it (a "full flush", as pigz does).
class BandDeflater {
 public:
  /// `level` is 0 (stored) to 9. Level 1 is ISA-L's where the build has it: about four times as
  /// fast as zlib's at the same size.
  explicit BandDeflater(int level);
  ~BandDeflater();
  BandDeflater(BandDeflater&&) noexcept;

  /// The room that a band of `bytes` may need.
  [[nodiscard]] static std::size_t bound(std::size_t bytes);
  /// Returns the bytes written to `packed`, which has room for bound(band.size()); 0 is a failure.
  [[nodiscard]] std::size_t deflate(std::span<const std::byte> band, std::span<std::byte> packed);

 private:
  struct Codec;
  std::unique_ptr<Codec> codec_;
};

/// Inflates bands that were deflated like this.
class BandInflater {
 public:
  BandInflater();
  ~BandInflater();
  BandInflater(BandInflater&&) noexcept;

  /// `packed` is the band followed by kRoomAfterBand bytes, which are overwritten. Returns whether
  /// it stands alone and is exactly as long as `band`.
  [[nodiscard]] bool inflate(std::span<std::byte> packed, std::span<std::byte> band);

  static constexpr std::size_t kRoomAfterBand = 5;

 private:
  struct Codec;
  std::unique_ptr<Codec> codec_;
};

/// The CRC-32 of PNG chunks; `crc` continues an earlier one.
[[nodiscard]] std::uint32_t crc32_of(std::span<const std::byte> bytes, std::uint32_t crc = 0);
/// The Adler-32 of zlib streams.
inline constexpr std::uint32_t kAdlerOfNothing = 1;
[[nodiscard]] std::uint32_t adler32_of(std::span<const std::byte> bytes);
/// The Adler-32 of two pieces, of which the second has `second_bytes`.
[[nodiscard]] std::uint32_t adler32_joined(std::uint32_t first, std::uint32_t second,
                                           std::size_t second_bytes);

}  // namespace sharpen
