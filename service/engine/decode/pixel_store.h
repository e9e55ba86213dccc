#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/spool_file.h"
#include "image/picture.h"
#include "service/engine/deconvolve/tile.h"
#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// The rows of one picture as they were decoded, for random access: in memory if small, else in a
/// spooled file, so that a large picture does not cost its size in memory.
class PixelStore {
 public:
  /// An empty store for a picture. Errors: io.
  [[nodiscard]] static Result<PixelStore> create(const PictureInfo& info);
  PixelStore(PixelStore&& other) noexcept;
  PixelStore& operator=(PixelStore&&) = delete;
  ~PixelStore();

  [[nodiscard]] const PictureInfo& info() const { return info_; }
  [[nodiscard]] int width() const { return static_cast<int>(info_.width); }
  [[nodiscard]] int height() const { return static_cast<int>(info_.height); }
  /// How many of the channels are colour: 1 or 3.
  [[nodiscard]] int colours() const { return info_.channels >= 3 ? 3 : 1; }

  /// Appends whole rows. Errors: io.
  [[nodiscard]] Result<void> append(std::span<const std::byte> rows);
  /// The bytes of a box, row by row; may be called from several threads. Errors: io.
  [[nodiscard]] Result<void> read(const Box& box, std::span<std::byte> bytes) const;
  /// The colour channels of a box on the scale 0 … 1. Errors: io.
  [[nodiscard]] Result<void> read(const Box& box, std::span<Plane> channels) const;

 private:
  explicit PixelStore(const PictureInfo& info) : info_(info) {}

  PictureInfo info_;
  std::size_t stored_ = 0;  ///< bytes
  std::vector<std::byte> memory_;
  SpoolFile spool_;
  int file_ = -1;
};

/// Writes the colour channels of `planes` over those of the interleaved `bytes` (the box `to` of
/// rows `stride` bytes long), rounded; other channels stay.
void store_rounded(std::span<const Plane> planes, const Box& from, const PictureInfo& info,
                   std::span<std::byte> bytes, std::size_t stride);

}  // namespace sharpen::engine
