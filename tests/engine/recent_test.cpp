#include "service/engine/recent.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/engine/scene.h"

namespace sharpen::engine {
namespace {

constexpr Crop kCrop{40, 60, 220, 160};

class RecentTest : public testing::Test {
 protected:
  RecentTest() {
    const auto blurred = test::photograph(test::leaves(420, 380, 11),
                                          point_spread({Family::disk, 3, 0}), true, 0.7, 5);
    test::write_picture(input_, FileFormat::png, blurred);
  }

  static Settings preview(Crop crop = kCrop) {
    Settings settings;
    settings.model = "Standard";
    settings.fast = true;
    settings.crop = crop;
    settings.threads = 2;
    return settings;
  }

  std::vector<std::byte> sharpened(const Settings& settings, Recent* recent) {
    const auto output = folder_ / "out.png";
    const auto report = sharpen_file(input_, output, FileFormat::png, settings, {}, {}, recent);
    EXPECT_TRUE(report && report->changed);
    return test::read_rows(output);
  }

  /// Of the picture in `input_`, which must be there.
  Recent::Turn turn() {
    auto taken = recent_.take(input_, {}, []() -> Result<PixelStore> {
      return fail(ErrorKind::internal, "It was forgotten.");
    });
    EXPECT_TRUE(taken);
    return *std::move(taken);
  }

  test::Folder folder_;
  std::filesystem::path input_ = folder_ / "in.png";
  Recent recent_;
};

TEST_F(RecentTest, ChangesNoPixel) {
  Settings settings = preview();
  EXPECT_EQ(sharpened(settings, &recent_), sharpened(settings, nullptr));
  for (const double strength : {0.2, 0.9, 0.5}) {
    settings.strength = strength;
    EXPECT_EQ(sharpened(settings, &recent_), sharpened(settings, nullptr)) << strength;
  }
  settings.keep_grain = 0.6;
  EXPECT_EQ(sharpened(settings, &recent_), sharpened(settings, nullptr));
  settings.minor_denoise = 0.8;
  EXPECT_EQ(sharpened(settings, &recent_), sharpened(settings, nullptr));
  settings.model = "Natural";
  EXPECT_EQ(sharpened(settings, &recent_), sharpened(settings, nullptr));
}

TEST_F(RecentTest, PutsPartsTogether) {
  (void)sharpened(preview({40, 60, 110, 160}), &recent_);
  EXPECT_TRUE((*turn()).known.tiles.covering({60, 100, 200, 50}).empty());
  (void)sharpened(preview({150, 60, 110, 160}), &recent_);
  EXPECT_FALSE((*turn()).known.tiles.covering({60, 100, 200, 50}).empty());
  const auto again = sharpened(preview({60, 100, 200, 50}), &recent_);
  const auto whole = sharpened(preview({40, 60, 220, 160}), nullptr);
  ASSERT_EQ(again.size(), 600u * 50);
  double difference = 0;
  for (std::size_t i = 0; i < again.size(); ++i) {
    const auto there = std::to_integer<int>(whole[(i / 600 + 40) * 660 + 60 + i % 600]);
    difference += std::abs(std::to_integer<int>(again[i]) - there);
  }
  // The two tiles end where that of the whole goes on.
  EXPECT_LT(difference / double(again.size()), 2);
}

TEST_F(RecentTest, ForgetsTilesOfOtherSettings) {
  (void)sharpened(preview(), &recent_);
  Settings settings = preview({200, 200, 50, 50});
  settings.denoise_strength = 0.7;
  (void)sharpened(settings, &recent_);
  EXPECT_TRUE((*turn()).known.tiles.covering({40, 60, 220, 160}).empty());
}

TEST_F(RecentTest, KeepsNoMoreTilesThanItMay) {
  TileMemory tiles(3 * 100 * sizeof(float));
  for (int i = 0; i < 5; ++i) {
    Undone undone;
    undone.changes.emplace_back(10, 10);
    const Box box{i * 10, 0, 10, 10};
    tiles.keep({box, box}, std::make_shared<const Undone>(std::move(undone)));
  }
  EXPECT_TRUE(tiles.covering({0, 0, 50, 10}).empty());
  EXPECT_EQ(tiles.covering({20, 0, 30, 10}).size(), 3u);
  EXPECT_EQ(tiles.covering({35, 2, 10, 5}).size(), 2u);
}

TEST_F(RecentTest, ReadsAPictureOnce) {
  (void)sharpened(preview(), &recent_);
  (void)sharpened(preview({0, 0, 30, 30}), &recent_);
  EXPECT_EQ((*turn()).pixels.width(), 420);
}

TEST_F(RecentTest, IsForOneJobAtATime) {
  (void)sharpened(preview(), &recent_);
  const auto other = turn();
  std::stop_source stop;
  stop.request_stop();
  const auto read = []() -> Result<PixelStore> { return fail(ErrorKind::internal, ""); };
  const auto second = recent_.take(input_, stop.get_token(), read);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::cancelled);
}

TEST_F(RecentTest, ForgetsARemovedPicture) {
  (void)sharpened(preview(), &recent_);
  recent_.forget_unused({});
  (void)turn();
  std::filesystem::remove(input_);
  recent_.forget_unused({});
  const auto read = []() -> Result<PixelStore> { return fail(ErrorKind::io, "read"); };
  EXPECT_FALSE(recent_.take(input_, {}, read));
}

TEST_F(RecentTest, TriesAgainAfterAFault) {
  std::filesystem::rename(input_, folder_ / "moved.png");
  const auto output = folder_ / "out.png";
  EXPECT_FALSE(sharpen_file(input_, output, FileFormat::png, preview(), {}, {}, &recent_));
  std::filesystem::rename(folder_ / "moved.png", input_);
  EXPECT_FALSE(sharpened(preview(), &recent_).empty());
}

}  // namespace
}  // namespace sharpen::engine
