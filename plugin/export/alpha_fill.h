#pragma once

#include <libgimp/gimp.h>

#include <cstdint>
#include <span>
#include <vector>

#include "plugin/export/formats.h"
#include "plugin/export/tile_blocks.h"
#include "ui/host.h"

namespace sharpen {

/// For each cell of a grid, the index of a nearest cell whose `known` is not 0; -1 everywhere if
/// there is none. Distances are Euclidean, found by two sweeps (Danielsson 1980).
[[nodiscard]] std::vector<std::int32_t> nearest_known(int width, int height,
                                                      std::span<const std::uint8_t> known);

/// Pixels of a part of a buffer in TransferFormat::plain_wire_alpha.
[[nodiscard]] std::vector<std::byte> read_wire_alpha(GeglBuffer* buffer, const GeglRectangle& area,
                                                     const TransferFormat& format);

/// Gives the fully transparent pixels of a layer the colour of their nearest neighbour that shows,
/// so that no dark or bright fringe is sharpened into an edge. Near an edge to the pixel, farther
/// away with the colours of a small copy of the whole. Works in short steps: first look() until it
/// is true, then the blocks of band after band.
class AlphaFill {
 public:
  /// `box` is what is sent, in pixels of the buffer; `tiles` are those of the buffer.
  AlphaFill(GeglBuffer* buffer, Rectangle box, const TransferFormat& format,
            TileSize tiles = gimp_tiles());

  /// Whether a pixel of these is fully transparent.
  [[nodiscard]] bool has_work(std::span<const std::byte> wire_alpha_rows) const;

  /// Reads the next block of the whole for the small copy. True when that is complete.
  [[nodiscard]] bool look();
  /// Whether look() saw a pixel that is not fully transparent: without one there is no colour to
  /// fill with.
  [[nodiscard]] bool shows() const { return shows_; }

  /// A band is filled in so many blocks, side by side.
  [[nodiscard]] int blocks() const;
  /// Fills a block of the rows `y` … `y + rows` of the box: their opaque pixels `wire` where those
  /// of `wire_alpha_rows` are transparent.
  void fill(int block, int y, int rows, std::span<const std::byte> wire_alpha_rows,
            std::span<std::byte> wire) const;

 private:
  [[nodiscard]] std::size_t cell_of(int x, int y) const;
  void spread();

  GeglBuffer* buffer_;
  Rectangle box_;
  TransferFormat format_;
  int small_width_ = 0, small_height_ = 0;
  TileBlocks to_look_at_;
  bool shows_ = false;
  /// Of each cell of the small copy the wire_alpha pixel of the box that shows most.
  std::vector<std::byte> small_;
};

}  // namespace sharpen
