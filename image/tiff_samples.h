#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sharpen {

/// How a TIFF's stored samples become the gray, RGB and alpha that PictureInfo can say.
struct TiffSamples {
  int stored_bits = 8;                ///< 1, 2, 4, 8 or 16
  int stored = 1;                     ///< samples of a pixel
  bool apart = false;                 ///< each sample in a plane of its own
  bool inverted = false;              ///< gray where 0 is white
  bool premultiplied = false;         ///< "associated" alpha
  int alpha_at = 0;                   ///< which stored sample is alpha, if the result has any
  std::vector<std::uint8_t> palette;  ///< RGB triples; empty if the samples are not indices
  int channels = 1;                   ///< of the result
  int bits = 8;                       ///< of the result: 8 or 16

  /// How many planes are read: one, unless each of the result's samples has its own.
  [[nodiscard]] int planes() const { return apart && palette.empty() ? channels : 1; }
  [[nodiscard]] bool has_alpha() const { return channels == 2 || channels == 4; }
  /// The stored sample that becomes a channel of the result.
  [[nodiscard]] int stored_at(int channel) const {
    return has_alpha() && channel == channels - 1 ? alpha_at : channel;
  }
  /// Whether the stored row already is the result.
  [[nodiscard]] bool plain() const {
    return stored_bits == bits && stored == channels && stored_at(channels - 1) == channels - 1 &&
           !apart && !inverted && !premultiplied && palette.empty();
  }
};

/// Converts one row; `planes` has a stored row of each of the samples' planes().
class TiffRowConverter {
 public:
  TiffRowConverter(TiffSamples samples, std::uint32_t width);
  void convert(std::span<const std::span<const std::byte>> planes, std::byte* row);

 private:
  template <class Sample>
  void gather(std::span<const std::span<const std::byte>> planes, Sample* row) const;
  void apply_palette(std::span<const std::byte> indices, std::byte* row) const;

  TiffSamples samples_;
  std::uint32_t width_;
  std::vector<std::vector<std::byte>> unpacked_;  ///< planes of 1, 2 or 4 bits, as bytes
};

}  // namespace sharpen
