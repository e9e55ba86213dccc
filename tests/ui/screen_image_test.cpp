#include "ui/preview/screen_image.h"

#include <gtest/gtest.h>

namespace sharpen {
namespace {

/// Flat gray, with a checkerboard in one box.
ScreenPixels flat_but_for(Rectangle detailed, int width, int height) {
  ScreenPixels pixels{width, height,
                      std::vector<std::uint8_t>(std::size_t(width * height * 3), 128)};
  for (int y = detailed.y; y < detailed.y + detailed.height; ++y) {
    for (int x = detailed.x; x < detailed.x + detailed.width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        pixels.rgb[std::size_t((y * width + x) * 3 + channel)] = (x + y) % 2 ? 255 : 0;
      }
    }
  }
  return pixels;
}

TEST(MostDetailedBox, FindsTheOnlyDetail) {
  const auto thumbnail = flat_but_for({70, 10, 20, 20}, 100, 50);
  const Rectangle box = most_detailed_box(thumbnail, 1000, 500, 200, 200);
  EXPECT_NEAR(box.x, 700, 20);
  EXPECT_NEAR(box.y, 100, 20);
  EXPECT_EQ(box.width, 200);
  EXPECT_EQ(box.height, 200);
}

TEST(MostDetailedBox, StaysInsideThePicture) {
  const auto thumbnail = flat_but_for({95, 45, 5, 5}, 100, 50);
  const Rectangle box = most_detailed_box(thumbnail, 1000, 500, 300, 300);
  EXPECT_LE(box.x + box.width, 1000);
  EXPECT_LE(box.y + box.height, 500);
  EXPECT_GE(box.x + box.width, 950);
}

TEST(MostDetailedBox, IsTheWholeOfASmallPicture) {
  const Rectangle box = most_detailed_box(flat_but_for({0, 0, 4, 4}, 40, 30), 40, 30, 500, 400);
  EXPECT_EQ(box.x, 0);
  EXPECT_EQ(box.y, 0);
  EXPECT_EQ(box.width, 40);
  EXPECT_EQ(box.height, 30);
}

TEST(Clamped, MovesABoxInside) {
  const Rectangle box = clamped({-20, 900, 100, 200}, 1000, 1000);
  EXPECT_EQ(box.x, 0);
  EXPECT_EQ(box.y, 800);
  EXPECT_EQ(box.width, 100);
  EXPECT_EQ(box.height, 200);
}

TEST(SurfaceFrom, KeepsTheColoursInTheirPlaces) {
  const ScreenPixels pixels{2, 1, {10, 20, 30, 40, 50, 60}};
  const Surface surface = surface_from(pixels);
  ASSERT_TRUE(surface);
  const auto* row =
      reinterpret_cast<const std::uint32_t*>(cairo_image_surface_get_data(surface.get()));
  EXPECT_EQ(row[0] & 0xffffffu, 0x0a141eu);
  EXPECT_EQ(row[1] & 0xffffffu, 0x28323cu);
}

TEST(SurfaceFrom, OfNothingIsNothing) { EXPECT_FALSE(surface_from(ScreenPixels{})); }

}  // namespace
}  // namespace sharpen
