#include "ui/preview/changed_area.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>

namespace sharpen {
namespace {

Surface row(std::initializer_list<std::uint8_t> grays) {
  ScreenPixels pixels{.width = int(grays.size()), .height = 1, .rgb = {}};
  for (const std::uint8_t gray : grays)
    for (int channel = 0; channel < 3; ++channel) pixels.rgb.push_back(gray);
  return surface_from(pixels);
}

std::uint32_t alpha_at(const Surface& surface, int x) {
  const auto* pixels =
      reinterpret_cast<const std::uint32_t*>(cairo_image_surface_get_data(surface.get()));
  return pixels[x] >> 24;
}

TEST(ChangedArea, VeilsWhatDiffersAndTheMoreTheStronger) {
  const Surface veil =
      changed_area(row({100, 100, 100, 100}).get(), row({100, 101, 110, 60}).get());
  EXPECT_EQ(alpha_at(veil, 0), 0u);
  EXPECT_EQ(alpha_at(veil, 1), 0u);  // rounding
  EXPECT_GT(alpha_at(veil, 2), 0u);
  EXPECT_GT(alpha_at(veil, 3), alpha_at(veil, 2));
  EXPECT_LT(alpha_at(veil, 3), 255u);  // the picture is seen through it
}

}  // namespace
}  // namespace sharpen
