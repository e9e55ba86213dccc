#include "ui/preview/picture_tiles.h"

#include <gtest/gtest.h>

namespace sharpen {
namespace {

ScreenPixels flat(int width, int height, std::uint8_t value) {
  return {width, height,
          std::vector<std::uint8_t>(std::size_t(width) * std::size_t(height) * 3, value)};
}

double sum(const std::vector<Rectangle>& boxes) {
  double pixels = 0;
  for (const Rectangle& box : boxes) pixels += pixels_of(box);
  return pixels;
}

/// The gray of a pixel of the picture as it is drawn at 100 %.
int drawn(const PictureTiles& tiles, int x, int y) {
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 1, 1));
  cairo_t* cairo = cairo_create(surface.get());
  cairo_translate(cairo, -x, -y);
  tiles.draw(cairo, 1, {x, y, 1, 1});
  cairo_destroy(cairo);
  cairo_surface_flush(surface.get());
  return cairo_image_surface_get_data(surface.get())[0];
}

TEST(PictureTiles, KnowsWhatWasPut) {
  PictureTiles tiles(1000, 700);
  EXPECT_FALSE(tiles.knows_some(tiles.whole()));
  tiles.put(100, 50, flat(300, 200, 9));
  EXPECT_TRUE(tiles.knows({100, 50, 300, 200}));
  EXPECT_FALSE(tiles.knows({99, 50, 300, 200}));
  EXPECT_TRUE(tiles.knows_some({399, 249, 100, 100}));
  EXPECT_FALSE(tiles.knows_some({400, 50, 100, 100}));
}

TEST(PictureTiles, OfAMovedViewOnlyWhatIsNewIsMissing) {
  PictureTiles tiles(4000, 3000);
  tiles.put(0, 0, flat(1000, 700, 9));
  EXPECT_EQ(sum(tiles.missing({0, 0, 1000, 700})), 0);
  EXPECT_EQ(sum(tiles.missing({50, 0, 1000, 700})), 50 * 700);
  EXPECT_EQ(sum(tiles.missing({3900, 2900, 1000, 700})), 100 * 100);
}

TEST(PictureTiles, ShowsThePixelsWhereTheyBelong) {
  PictureTiles tiles(600, 400);
  tiles.put(120, 100, flat(20, 60, 40));
  tiles.put(140, 100, flat(20, 60, 80));
  EXPECT_EQ(drawn(tiles, 127, 128), 40);
  EXPECT_EQ(drawn(tiles, 139, 101), 40);
  EXPECT_EQ(drawn(tiles, 140, 101), 80);
  EXPECT_EQ(drawn(tiles, 160, 101), 0);
}

TEST(PictureTiles, LeavesOutWhatIsNotWanted) {
  PictureTiles tiles(600, 400);
  tiles.put(0, 0, flat(600, 100, 40), {200, 50, 100, 10});
  EXPECT_TRUE(tiles.knows({200, 50, 100, 10}));
  EXPECT_FALSE(tiles.knows_some({0, 0, 200, 100}));
}

TEST(PictureTiles, ForgetsTheFarthestFirst) {
  PictureTiles tiles(1280, 128);
  tiles.put(0, 0, flat(1280, 128, 40));
  tiles.keep_near({0, 0, 128, 128}, 4 * PictureTiles::side * PictureTiles::side * 4);
  EXPECT_TRUE(tiles.knows({0, 0, 512, 128}));
  EXPECT_FALSE(tiles.knows_some({512, 0, 768, 128}));
}

TEST(PictureTiles, WhereMoreIsSeenThanIsKeptLoadingEnds) {
  PictureTiles tiles(1500, 1100);
  const Rectangle seen{130, 70, 1200, 900};
  const std::size_t most = 20 * PictureTiles::side * PictureTiles::side * 4;
  int pieces = 0;
  for (bool goes_on = true; goes_on && pieces < 100; ++pieces) {
    const Rectangle piece =
        piece_near(tiles.missing(on_grid(seen, tiles.whole())), seen, 384 * 256);
    ASSERT_GT(pixels_of(piece), 0) << "all is kept";
    goes_on = tiles.put_near(piece.x, piece.y, flat(piece.width, piece.height, 1), seen, most);
    EXPECT_LE(tiles.bytes(), most);
  }
  EXPECT_LT(pieces, 20);
  EXPECT_TRUE(tiles.knows({700, 500, 60, 40})) << "the middle is there";
}

TEST(PieceNear, IsInsideAndNearTheMiddle) {
  const Rectangle seen{1000, 1000, 900, 600};
  const Rectangle piece = piece_near({on_grid(seen, {0, 0, 6000, 4000})}, seen, 384 * 384);
  EXPECT_EQ(piece.width, 384);
  EXPECT_EQ(piece.height, 384);
  EXPECT_NEAR(piece.x + 192, 1450, 128);
  EXPECT_NEAR(piece.y + 192, 1300, 128);
}

TEST(PieceNear, ReachesEveryPixel) {
  PictureTiles tiles(1500, 1100);
  const Rectangle seen{130, 70, 1200, 900};
  for (int pieces = 0; pieces < 100; ++pieces) {
    const auto missing = tiles.missing(on_grid(seen, tiles.whole()));
    if (missing.empty()) break;
    const Rectangle piece = piece_near(missing, seen, 384 * 256);
    ASSERT_GT(pixels_of(piece), 0);
    tiles.put(piece.x, piece.y, flat(piece.width, piece.height, 1));
  }
  EXPECT_TRUE(tiles.knows(seen));
}

TEST(PieceNear, TakesANarrowBoxWhole) {
  const Rectangle seen{0, 0, 1408, 1024}, band{0, 0, 1408, 256};
  const Rectangle piece = piece_near({band}, seen, 1024 * 1024);
  EXPECT_EQ(piece.width, 1408);
  EXPECT_EQ(piece.height, 256);
  EXPECT_EQ(piece_near({band}, seen, 256 * 512).width, 512);
  EXPECT_EQ(piece_near({{0, 0, 256, 1408}}, seen, 256 * 512).height, 512);
}

}  // namespace
}  // namespace sharpen
