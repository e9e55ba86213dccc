#include "image/tiff_samples.h"

#include <algorithm>
#include <limits>

namespace sharpen {
namespace {

/// Samples of 1, 2 or 4 bits, the first in the highest bits, to one byte each.
void unpack(std::span<const std::byte> packed, int bits, int scale, std::span<std::byte> samples) {
  const unsigned mask = (1u << bits) - 1;
  const std::size_t per_byte = 8u / static_cast<unsigned>(bits);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto shift = static_cast<unsigned>(bits) * (per_byte - 1 - i % per_byte);
    const unsigned value = (std::to_integer<unsigned>(packed[i / per_byte]) >> shift) & mask;
    samples[i] = static_cast<std::byte>(value * static_cast<unsigned>(scale));
  }
}

template <class Sample>
void invert_gray(Sample* row, std::uint32_t width, int channels) {
  for (std::size_t x = 0; x < width; ++x) {
    Sample& gray = row[x * static_cast<std::size_t>(channels)];
    gray = static_cast<Sample>(std::numeric_limits<Sample>::max() - gray);
  }
}

template <class Sample>
void divide_by_alpha(Sample* row, std::uint32_t width, int channels) {
  constexpr std::uint64_t kMax = std::numeric_limits<Sample>::max();
  for (Sample* pixel = row; pixel != row + std::size_t{width} * static_cast<std::size_t>(channels);
       pixel += channels) {
    const std::uint64_t alpha = pixel[channels - 1];
    if (alpha == 0) continue;
    for (int i = 0; i < channels - 1; ++i)
      pixel[i] = static_cast<Sample>(std::min(kMax, (pixel[i] * kMax + alpha / 2) / alpha));
  }
}

}  // namespace

TiffRowConverter::TiffRowConverter(TiffSamples samples, std::uint32_t width)
    : samples_(std::move(samples)), width_(width) {
  if (samples_.stored_bits >= 8) return;
  const auto in_plane = static_cast<std::size_t>(samples_.apart ? 1 : samples_.stored);
  unpacked_.assign(static_cast<std::size_t>(samples_.planes()),
                   std::vector<std::byte>(width * in_plane));
}

void TiffRowConverter::convert(std::span<const std::span<const std::byte>> planes, std::byte* row) {
  const int full = (1 << samples_.stored_bits) - 1;
  const int scale = samples_.palette.empty() ? 255 / full : 1;
  std::vector<std::span<const std::byte>> bytes(planes.begin(), planes.end());
  for (std::size_t i = 0; i < unpacked_.size(); ++i) {
    unpack(planes[i], samples_.stored_bits, scale, unpacked_[i]);
    bytes[i] = unpacked_[i];
  }
  if (!samples_.palette.empty()) return apply_palette(bytes[0], row);
  if (samples_.bits == 8)
    gather(bytes, reinterpret_cast<std::uint8_t*>(row));
  else
    gather(bytes, reinterpret_cast<std::uint16_t*>(row));
}

template <class Sample>
void TiffRowConverter::gather(std::span<const std::span<const std::byte>> planes,
                              Sample* row) const {
  const auto channels = static_cast<std::size_t>(samples_.channels);
  const std::size_t stride = samples_.apart ? 1 : static_cast<std::size_t>(samples_.stored);
  for (std::size_t i = 0; i < channels; ++i) {
    const auto at = static_cast<std::size_t>(samples_.stored_at(static_cast<int>(i)));
    const auto* stored = reinterpret_cast<const Sample*>(planes[samples_.apart ? i : 0].data()) +
                         (samples_.apart ? 0 : at);
    for (std::size_t x = 0; x < width_; ++x) row[x * channels + i] = stored[x * stride];
  }
  if (samples_.inverted) invert_gray(row, width_, samples_.channels);
  if (samples_.premultiplied) divide_by_alpha(row, width_, samples_.channels);
}

void TiffRowConverter::apply_palette(std::span<const std::byte> indices, std::byte* row) const {
  const std::size_t stride = samples_.apart ? 1 : static_cast<std::size_t>(samples_.stored);
  for (std::size_t x = 0; x < width_; ++x) {
    const auto* colour = &samples_.palette[3 * std::to_integer<std::size_t>(indices[x * stride])];
    std::copy_n(reinterpret_cast<const std::byte*>(colour), 3, row + 3 * x);
  }
}

}  // namespace sharpen
