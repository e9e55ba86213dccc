#pragma once

#include <libgimp/gimp.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/error.h"
#include "ui/host.h"

namespace sharpen {

/// How a layer's samples lie in GIMP, and how they travel.
///
/// They travel opaque, in the layer's own colour space and perceptually encoded: 8 bits for 8-bit
/// layers, 16 bits for all others. 8-bit *linear* layers take 16 bits too, since 8 perceptual bits
/// cannot hold every one of their values.
struct TransferFormat {
  const Babl* native = nullptr;  ///< as the layer's buffer has it
  const Babl* wire = nullptr;    ///< one or three samples of 8 or 16 bits
  /// Between these, numbers are converted as they are. `native` and `wire` differ in nothing but
  /// type and sRGB's curve, yet babl would go through the space's own curve and lose accuracy.
  const Babl* plain_native = nullptr;
  const Babl* plain_wire = nullptr;
  const Babl* plain_wire_alpha = nullptr;
  int channels = 3;  ///< of `wire`: 1 or 3
  int bits = 8;      ///< of `wire`
  bool has_alpha = false;
  bool is_float = false;       ///< `native` can hold values outside 0…1
  bool exact = false;          ///< `wire` holds every opaque value of `native`
  std::vector<std::byte> icc;  ///< describes `wire`

  [[nodiscard]] bool is_linear() const;            ///< `native`
  [[nodiscard]] std::size_t native_bytes() const;  ///< of a pixel
  /// Of a pixel; of one in plain_wire_alpha.
  [[nodiscard]] std::size_t wire_bytes() const { return bytes_of(channels); }
  [[nodiscard]] std::size_t wire_alpha_bytes() const { return bytes_of(channels + 1); }
  [[nodiscard]] std::size_t sample_bytes() const;  ///< of one sample of `native`

 private:
  [[nodiscard]] std::size_t bytes_of(int samples) const {
    return static_cast<std::size_t>(samples) * static_cast<std::size_t>(bits / 8);
  }
};

/// The same samples and curve in sRGB's space: for converting numbers as they are.
[[nodiscard]] const Babl* plain(const Babl* format);

/// The same samples in the same space, as floats.
[[nodiscard]] const Babl* as_float(const Babl* format);

/// babl_fish() for a pair of formats. It takes 50 ms to find a conversion that nobody has asked for
/// before: meanwhile windows react. Errors: those of `process_events`.
[[nodiscard]] Result<const Babl*> find_conversion(const Babl* from, const Babl* to,
                                                  const ProcessEvents& process_events);

/// babl_process() on pixels of any number. babl's own buffers grow with the number of pixels that
/// it is given at once, to tens of megabytes for a band of a large layer.
void convert(const Babl* fish, std::span<const std::byte> from, std::span<std::byte> to,
             std::size_t pixels);

/// How much a pixel in TransferFormat::plain_wire_alpha shows: 0…255 or 0…65535, by its bits.
[[nodiscard]] inline unsigned alpha_of(const std::byte* pixel, const TransferFormat& format) {
  const std::byte* alpha = pixel + format.wire_bytes();
  if (format.bits == 8) return std::to_integer<unsigned>(*alpha);
  std::uint16_t value = 0;
  std::memcpy(&value, alpha, sizeof value);
  return value;
}
[[nodiscard]] inline bool is_transparent(const std::byte* pixel, const TransferFormat& format) {
  return alpha_of(pixel, format) == 0;
}

/// The precision of an image whose layers have a format.
[[nodiscard]] GimpPrecision precision_of(const Babl* native);

/// The formats of a picture of ours that comes out of a file: native and wire are the same.
/// Errors: bad_picture.
[[nodiscard]] Result<TransferFormat> file_format(int channels, int bits,
                                                 const std::vector<std::byte>& icc);

/// The formats of a layer whose pixels were kept in `native` when it was sent as such a picture.
/// Errors: bad_picture.
[[nodiscard]] Result<TransferFormat> kept_format(const Babl* native, int channels, int bits,
                                                 const std::vector<std::byte>& icc);

/// The formats of an RGB or gray drawable. `as_rgb` makes a gray one travel as RGB, for a service
/// that refuses gray. Errors: bad_picture (indexed), gimp.
[[nodiscard]] Result<TransferFormat> transfer_format(GimpDrawable* drawable, bool as_rgb = false);

/// The samples of an answer.
struct AnswerFormat {
  const Babl* format = nullptr;
  bool sent_colours = false;  ///< in the colour space that was sent: numbers are comparable
  bool lost_profile = false;  ///< its profile cannot be used, and it counts as one without
};

/// An answer's format, as its ICC profile says; of the space and the curve that were sent if it has
/// none that can be used, or the same, with whatever channels. An empty `icc` means none.
[[nodiscard]] AnswerFormat answer_format(const TransferFormat& sent, int channels, int bits,
                                         const std::vector<std::byte>& icc);

}  // namespace sharpen
