#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/row_spool.h"
#include "image/picture.h"
#include "service/engine/deconvolve/tile.h"
#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// The rows of one picture as they were decoded, for random access: in memory if small, else on
/// disk, so that a large picture does not cost its size in memory.
class PixelStore {
 public:
  /// An empty store for a picture; a large one takes space in `folder`. Errors: io.
  [[nodiscard]] static Result<PixelStore> create(const PictureInfo& info,
                                                 const std::filesystem::path& folder);

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
  std::vector<std::byte> memory_;
  std::optional<RowSpool> spool_;
};

/// Writes the colour channels of `planes` over those of the interleaved `bytes` (the box `to` of
/// rows `stride` bytes long), rounded; other channels stay.
void store_rounded(std::span<const Plane> planes, const Box& from, const PictureInfo& info,
                   std::span<std::byte> bytes, std::size_t stride);

}  // namespace sharpen::engine
