#include "plugin/export/tile_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace sharpen::testing {
namespace {

constexpr TileSize tiles{.width = 128, .height = 64};

std::size_t bytes_of(const GeglRectangle& block, std::size_t pixel_bytes) {
  return static_cast<std::size_t>(block.width) * static_cast<std::size_t>(block.height) *
         pixel_bytes;
}

std::vector<GeglRectangle> all_blocks(const GeglRectangle& area, std::size_t pixel_bytes) {
  std::vector<GeglRectangle> all;
  TileBlocks blocks(area, pixel_bytes, tiles);
  while (const auto block = blocks.next()) all.push_back(*block);
  return all;
}

struct Area {
  GeglRectangle area;
  std::size_t pixel_bytes;
};

class BlocksOfAnArea : public ::testing::TestWithParam<Area> {};

TEST_P(BlocksOfAnArea, AreNotLargerThanASliceOrATile) {
  const auto& [area, pixel_bytes] = GetParam();
  const std::size_t tile = bytes_of({0, 0, tiles.width, tiles.height}, pixel_bytes);
  for (const GeglRectangle& block : all_blocks(area, pixel_bytes))
    EXPECT_LE(bytes_of(block, pixel_bytes), std::max(slice_bytes, tile));
}

TEST_P(BlocksOfAnArea, FollowEachOtherRowByRow) {
  const auto& [area, pixel_bytes] = GetParam();
  int x = area.x, y = area.y;
  for (const GeglRectangle& block : all_blocks(area, pixel_bytes)) {
    ASSERT_GT(block.width, 0);
    ASSERT_GT(block.height, 0);
    EXPECT_EQ(block.x, x);
    EXPECT_EQ(block.y, y);
    x += block.width;
    if (x < area.x + area.width) continue;
    EXPECT_EQ(x, area.x + area.width);
    x = area.x;
    y += block.height;
  }
  EXPECT_EQ(y, area.y + area.height);
}

TEST_P(BlocksOfAnArea, EndAtBordersOfTilesOrOfTheArea) {
  const auto& [area, pixel_bytes] = GetParam();
  for (const GeglRectangle& block : all_blocks(area, pixel_bytes)) {
    const int right = block.x + block.width, bottom = block.y + block.height;
    EXPECT_TRUE(right % tiles.width == 0 || right == area.x + area.width) << right;
    EXPECT_TRUE(bottom % tiles.height == 0 || bottom == area.y + area.height) << bottom;
  }
}

INSTANTIATE_TEST_SUITE_P(AllAreas, BlocksOfAnArea,
                         ::testing::Values(Area{{0, 0, 1, 1}, 3}, Area{{0, 0, 6000, 400}, 3},
                                           Area{{0, 0, 6000, 400}, 16},
                                           Area{{-70, -33, 32000, 130}, 32},
                                           Area{{127, 63, 2, 2}, 8}, Area{{5, 9, 129, 200}, 100}));

TEST(RowsOfSlice, AreNotMoreThanASliceHolds) {
  for (const std::size_t row_bytes : {3UL, 18'000UL, 96'000UL, slice_bytes / 2, slice_bytes})
    EXPECT_LE(static_cast<std::size_t>(rows_of_slice(4000, row_bytes)) * row_bytes, slice_bytes);
  EXPECT_EQ(rows_of_slice(4000, slice_bytes / 8), 8);
  EXPECT_EQ(rows_of_slice(5, slice_bytes / 8), 5);
}

TEST(RowsOfSlice, AreOneIfThatIsMoreThanASlice) {
  EXPECT_EQ(rows_of_slice(4000, slice_bytes + 1), 1);
  EXPECT_EQ(rows_of_slice(4000, 3 * slice_bytes), 1);
}

TEST(RowsOfBand, ReachToTheNextBorderOfTiles) {
  EXPECT_EQ(rows_of_band(0, 0, 1000, tiles), 64);
  EXPECT_EQ(rows_of_band(0, 10, 1000, tiles), 54);
  EXPECT_EQ(rows_of_band(54, 10, 1000, tiles), 64);
  EXPECT_EQ(rows_of_band(0, -10, 1000, tiles), 10);
  EXPECT_EQ(rows_of_band(960, 0, 1000, tiles), 40);
}

}  // namespace
}  // namespace sharpen::testing
