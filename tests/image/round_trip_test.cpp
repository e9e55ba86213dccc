#include "tests/image/picture_files.h"

namespace sharpen::testing {
namespace {

struct Kind {
  FileFormat format;
  int channels;
  int bits;
};

class RoundTrip : public ::testing::TestWithParam<Kind> {};

TEST_P(RoundTrip, KeepsEveryPixelAndTheProfile) {
  const auto [format, channels, bits] = GetParam();
  const TestFolder folder;
  const auto file = folder / "picture";
  for (const auto& [width, height] : {std::pair(1u, 1u), {1u, 97u}, {101u, 1u}, {127u, 131u}}) {
    Picture picture = make_picture(width, height, channels, bits);
    picture.info.icc_profile = some_profile(70'001);
    const auto written = write_picture(file, format, picture);
    ASSERT_TRUE(written) << written.error().text();
    const auto read = read_picture(file);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->info.width, width);
    EXPECT_EQ(read->info.height, height);
    EXPECT_EQ(read->info.channels, channels);
    EXPECT_EQ(read->info.bits, bits);
    EXPECT_EQ(read->info.icc_profile, picture.info.icc_profile);
    EXPECT_TRUE(read->pixels == picture.pixels) << width << " x " << height;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RoundTrip,
    ::testing::Values(Kind{FileFormat::png, 1, 8}, Kind{FileFormat::png, 2, 8},
                      Kind{FileFormat::png, 3, 8}, Kind{FileFormat::png, 4, 8},
                      Kind{FileFormat::png, 1, 16}, Kind{FileFormat::png, 2, 16},
                      Kind{FileFormat::png, 3, 16}, Kind{FileFormat::png, 4, 16},
                      Kind{FileFormat::tiff, 1, 8}, Kind{FileFormat::tiff, 2, 8},
                      Kind{FileFormat::tiff, 3, 8}, Kind{FileFormat::tiff, 4, 8},
                      Kind{FileFormat::tiff, 1, 16}, Kind{FileFormat::tiff, 2, 16},
                      Kind{FileFormat::tiff, 3, 16}, Kind{FileFormat::tiff, 4, 16}),
    [](const auto& kind) {
      return std::format("{}_{}_{}", name_of(kind.param.format), kind.param.channels,
                         kind.param.bits);
    });

class JpegRoundTrip : public ::testing::TestWithParam<int> {};

TEST_P(JpegRoundTrip, StaysCloseAndKeepsTheProfile) {
  const TestFolder folder;
  const auto file = folder / "picture";
  for (const auto& [width, height] : {std::pair(1u, 1u), {1u, 97u}, {101u, 1u}, {127u, 131u}}) {
    Picture picture = make_picture(width, height, GetParam());
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
      picture.pixels[i] = static_cast<std::byte>(i / picture.info.bytes_per_row() + 40);
    picture.info.icc_profile = some_profile(70'001);
    const auto written = write_picture(file, FileFormat::jpeg, picture, {.jpeg_quality = 100});
    ASSERT_TRUE(written) << written.error().text();
    const auto read = read_picture(file);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->info.channels, GetParam());
    EXPECT_EQ(read->info.icc_profile, picture.info.icc_profile);
    ASSERT_EQ(read->pixels.size(), picture.pixels.size());
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
      ASSERT_NEAR(std::to_integer<int>(read->pixels[i]), std::to_integer<int>(picture.pixels[i]),
                  2);
  }
}

INSTANTIATE_TEST_SUITE_P(GrayAndRgb, JpegRoundTrip, ::testing::Values(1, 3));

TEST(Jpeg, TellsItsLumaTable) {
  const TestFolder folder;
  ASSERT_TRUE(
      write_picture(folder / "a", FileFormat::jpeg, make_picture(64, 64), {.jpeg_quality = 50}));
  const auto read = read_picture(folder / "a");
  ASSERT_TRUE(read);
  ASSERT_TRUE(read->info.jpeg_luma_table);
  // ITU-T T.81, table K.1, which quality 50 leaves as it is.
  EXPECT_EQ((*read->info.jpeg_luma_table)[0], 16);
  EXPECT_EQ((*read->info.jpeg_luma_table)[1], 11);
  EXPECT_EQ((*read->info.jpeg_luma_table)[8], 12);
  EXPECT_EQ((*read->info.jpeg_luma_table)[63], 99);
}

TEST(Jpeg, RefusesAlphaAndDepth) {
  const TestFolder folder;
  for (const auto& [channels, bits] : {std::pair(2, 8), {4, 8}, {3, 16}}) {
    const auto written =
        write_picture(folder / "a", FileFormat::jpeg, make_picture(8, 8, channels, bits));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::bad_argument);
  }
}

TEST(Writer, WantsAllItsRowsAndNoMore) {
  const TestFolder folder;
  const Picture picture = make_picture(9, 4);
  for (const auto format : {FileFormat::png, FileFormat::jpeg, FileFormat::tiff}) {
    auto writer = create_picture(folder / "a", format, picture.info);
    ASSERT_TRUE(writer);
    EXPECT_FALSE((*writer)->write(std::span(picture.pixels).first(5)));
    EXPECT_FALSE((*writer)->finish());
    EXPECT_TRUE((*writer)->write(picture.pixels));
    EXPECT_FALSE((*writer)->write(picture.pixels));
    EXPECT_TRUE((*writer)->finish());
    EXPECT_FALSE((*writer)->finish());
  }
}

TEST(Writer, SaysThatTheDiskIsFull) {
  const Picture picture = make_picture(640, 640);
  for (const auto format : {FileFormat::png, FileFormat::jpeg, FileFormat::tiff}) {
    const auto written = write_picture("/dev/full", format, picture);
    ASSERT_FALSE(written) << name_of(format);
    EXPECT_EQ(written.error().kind, ErrorKind::io);
  }
}

}  // namespace
}  // namespace sharpen::testing
