#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "image/band_queue.h"
#include "image/deflate.h"
#include "image/file_handle.h"
#include "image/png_bands.h"

namespace sharpen {

/// Decodes a PNG that is cut as PngBands says on several threads, ahead of the reader.
///
/// It is only a short cut: for any other file, and for every kind of damage, it gives up without a
/// word, and libpng has to read the picture and to say what is wrong with it.
class PngBandSource {
 public:
  /// `info` is the picture as it is stored, with no palette and not interlaced. Null if the file's
  /// chunks are not cut like ours. Reads nothing but the chunks' headers.
  [[nodiscard]] static std::unique_ptr<PngBandSource> open(const std::filesystem::path& path,
                                                           const PictureInfo& info);

  /// The next `count` rows, never more than are left. Returns false to give up.
  [[nodiscard]] bool read(std::byte* rows, std::uint32_t count);

 private:
  struct Chunk {
    std::int64_t data_offset;
    std::size_t data_bytes;
  };
  struct Slot {
    Slot(const PngBands& bands, std::size_t packed_room);
    std::uint32_t band = 0;
    bool decoded = false;
    std::uint32_t adler = 0;
    std::vector<std::byte> packed;
    std::vector<std::byte> filtered;
    std::vector<std::byte> rows;
    BandInflater inflater;
  };

  PngBandSource(File file, const PictureInfo& info) : file_(std::move(file)), bands_(info) {}
  [[nodiscard]] bool find_chunks();
  [[nodiscard]] bool find_end(std::int64_t offset);
  [[nodiscard]] bool start();
  [[nodiscard]] bool next_band();
  [[nodiscard]] bool decode(Slot& slot) const;

  File file_;
  PngBands bands_;
  std::vector<Chunk> chunks_;  ///< one for each band
  std::vector<Slot> slots_;
  std::uint32_t next_pushed_ = 0;
  std::uint32_t adler_ = kAdlerOfNothing;  ///< of the bands so far
  std::uint32_t expected_adler_ = 0;       ///< of all bands, says the file
  std::span<const std::byte> left_;        ///< rows of the current band that nobody has read yet
  std::optional<BandQueue> queue_;  ///< the last member: its threads end before the rest goes
};

}  // namespace sharpen
