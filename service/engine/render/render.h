#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/deconvolve/deconvolve.h"
#include "service/engine/deconvolve/tile.h"
#include "service/engine/estimate/focus_map.h"
#include "service/engine/render/undone.h"

namespace sharpen::engine {

/// Receives finished rows from top to bottom, as bytes like those of the picture.
using RowSink = std::function<Result<void>(std::span<const std::byte>)>;

/// How much of the result goes into the picture at a pixel, 0 … 1.
using Mask = std::function<float(int x, int y)>;

/// The part of a picture that is rendered, and what that needs.
struct Part {
  const PixelStore& picture;
  const Box& area;
  unsigned threads;
  const RowSink& sink;
  const std::function<void(double)>& progress;  ///< 0 … 1
  const std::stop_token& stop;
};

/// Replaces the channels of one tile's source; called by `threads` threads at a time.
using TileWork = std::function<void(std::span<Plane> channels, const Tile& tile)>;

/// Reads the tiles (see make_tiles), a line of them at a time, and hands the rows that `work` makes
/// to the sink. Errors: io; cancelled; what the sink returns.
[[nodiscard]] Result<void> render_tiles(const Part& part,
                                        const std::vector<std::vector<Tile>>& lines,
                                        const TileWork& work);

/// What is to be done to a picture.
struct Plan {
  Blur blur;
  const FocusMap* map = nullptr;  ///< if given, sizes and places of the blur
  Deconvolution how;
  bool second_look = true;      ///< of the network, at its own result; else it is estimated
  double amount = 1;            ///< of the result that goes into the picture
  double overshoot = 0;         ///< of an edge emphasis on top of it, 0 … 1
  double grain = 0;             ///< of the noise that was taken out, 0 … 1
  Mask mask;                    ///< if given, where
  TileMemory* tiles = nullptr;  ///< if given, of the same blur, how and map

  /// Of the result at a pixel of the picture, 0 … 1.
  [[nodiscard]] float amount_at(int x, int y) const;
};

/// Takes the channels of the tile `source` back to what they were, as far as the plan says.
void blend(std::span<const Plane> before, const Plan& plan, const Box& source,
           std::span<Plane> channels);

/// Undoes the blur of the pixels in `area`, tile by tile, and hands their rows to `sink`. Where
/// there is no blur (Family::none) only the emphasis is put on.
/// Errors: io; cancelled; what the sink returns.
[[nodiscard]] Result<void> render(const PixelStore& picture, const Box& area, const Plan& plan,
                                  unsigned threads, const RowSink& sink,
                                  const std::function<void(double)>& progress,
                                  const std::stop_token& stop);

/// Hands the rows of the part to its sink if the plan has all of its tiles; false: it has not, and
/// nothing was done. Errors: io; cancelled; what the sink returns.
[[nodiscard]] Result<bool> render_again(const Part& part, const Plan& plan);

/// Hands the rows of `area` to `sink` as they are.
[[nodiscard]] Result<void> copy_rows(const PixelStore& picture, const Box& area,
                                     const RowSink& sink);

}  // namespace sharpen::engine
