#pragma once

#include <gegl.h>

#include <cstddef>
#include <span>
#include <vector>

#include "base/error.h"
#include "ui/host.h"

namespace sharpen {

/// Where pixels are put.
struct Destination {
  GeglBuffer* buffer = nullptr;
  int x = 0, y = 0;
  /// Asked before each block of tiles is written, while windows may react; an error ends the
  /// writing. May be empty.
  ProcessEvents ready = {};
};

/// Collects rows until they are a band of whole tiles, and writes that in blocks.
class BandWriter {
 public:
  BandWriter(Destination to, const Babl* format, int width, int height);
  /// The next rows, from the top. Errors: those of `ready`.
  [[nodiscard]] Result<void> write(std::span<const std::byte> rows);

 private:
  [[nodiscard]] Result<void> write_band(int rows);

  Destination to_;
  const Babl* format_;
  std::size_t pixel_bytes_;
  int width_, height_;
  int row_ = 0;                  ///< where the band begins
  std::vector<std::byte> band_;  ///< as far as it has come
};

}  // namespace sharpen
