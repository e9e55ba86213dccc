#include "plugin/kept_original.h"

#include <algorithm>
#include <vector>

#include "plugin/gimp_ref.h"

namespace sharpen {

int rows_of_band(int row, int top, int height) {
  const int tile = static_cast<int>(gimp_tile_height());
  const int below_border = ((top + row) % tile + tile) % tile;
  return std::min(tile - below_border, height - row);
}

Result<KeptOriginal> keep_original(GimpDrawable* drawable, Box box,
                                   const std::filesystem::path& spool) {
  auto format = travel_format(drawable);
  if (!format) return fail(std::move(format));
  KeptOriginal kept{std::move(*format), box.width, box.height, {}};
  if (kept.format.exact && !kept.format.has_alpha) return kept;
  auto rows = RowSpool::create(spool);
  if (!rows) return fail(std::move(rows));
  kept.rows = std::move(*rows);
  const auto buffer = buffer_of(drawable);
  std::vector<std::byte> pixels;
  for (int row = 0; row < box.height;) {
    const GeglRectangle band{box.x, box.y + row, box.width, rows_of_band(row, box.y, box.height)};
    pixels.resize(static_cast<std::size_t>(band.width) * static_cast<std::size_t>(band.height) *
                  kept.format.native_bytes());
    gegl_buffer_get(buffer.get(), &band, 1.0, kept.format.native, pixels.data(),
                    GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    if (auto appended = kept.rows->append(pixels); !appended) return fail(std::move(appended));
    row += band.height;
  }
  return kept;
}

}  // namespace sharpen
