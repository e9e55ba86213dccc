#include "tests/image/tools.h"

namespace sharpen::testing {
namespace {

struct Foreign {
  const char* options;
  const char* name;
  int channels;
  int bits;
};

void PrintTo(const Foreign& foreign, std::ostream* out) {
  *out << foreign.options << " " << foreign.name;
}

/// Files of another program, read as that program reads them.
class ForeignFile : public ::testing::TestWithParam<Foreign> {};

TEST_P(ForeignFile, IsReadAsImageMagickReadsIt) {
  const auto& [options, name, channels, bits] = GetParam();
  const TestFolder folder;
  const auto file = folder / name;
  ASSERT_TRUE(run(
      std::format("magick -seed 1 -size 167x159 plasma:red-blue {} {}", options, file.string())));
  const auto read = read_picture(file);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->info.channels, channels);
  EXPECT_EQ(read->info.bits, bits);
  EXPECT_TRUE(read->pixels == decoded_by_magick(file, read->info));
}

INSTANTIATE_TEST_SUITE_P(Jpeg, ForeignFile,
                         ::testing::Values(Foreign{"-quality 90", "a.jpg", 3, 8},
                                           Foreign{"-quality 90 -sampling-factor 4:2:0", "a.jpg", 3,
                                                   8},
                                           Foreign{"-quality 90 -interlace JPEG", "a.jpg", 3, 8},
                                           Foreign{"-quality 80 -colorspace gray", "a.jpg", 1, 8},
                                           Foreign{"-orient RightTop", "a.jpg", 3, 8}));

INSTANTIATE_TEST_SUITE_P(
    Tiff, ForeignFile,
    ::testing::Values(
        Foreign{"-depth 8 -compress None", "a.tif", 3, 8},
        Foreign{"-depth 8 -compress LZW", "a.tif", 3, 8},
        Foreign{"-depth 8 -compress Zip", "a.tif", 3, 8},
        Foreign{"-depth 8 -compress RLE", "a.tif", 3, 8},
        Foreign{"-depth 8 -compress Zstd", "a.tif", 3, 8},
        Foreign{"-depth 8 -compress JPEG", "a.tif", 3, 8},
        Foreign{"-depth 16 -compress LZW", "a.tif", 3, 16},
        Foreign{"-depth 16 -compress None -endian MSB", "a.tif", 3, 16},
        Foreign{"-depth 16 -compress Zip -define tiff:rows-per-strip=1000", "a.tif", 3, 16},
        Foreign{"-depth 8 -interlace plane -compress LZW", "a.tif", 3, 8},
        Foreign{"-depth 16 -interlace plane -compress Zip -alpha on -channel A -evaluate set 30%",
                "a.tif", 4, 16},
        Foreign{"-depth 4 -interlace plane -compress None", "a.tif", 3, 8},
        Foreign{"-depth 8 -define tiff:tile-geometry=64x48 -compress LZW", "ptif:a.tif", 3, 8},
        Foreign{"-depth 8 -colorspace gray -compress LZW", "a.tif", 1, 8},
        Foreign{"-depth 16 -colorspace gray -alpha on -channel A -evaluate set 30%", "a.tif", 2,
                16},
        Foreign{"-colorspace gray -monochrome -depth 1 -compress None", "a.tif", 1, 8},
        Foreign{"-colorspace gray -posterize 16 -depth 4 -compress LZW", "a.tif", 1, 8},
        Foreign{"-colorspace gray -depth 8 -define quantum:polarity=min-is-white", "a.tif", 1, 8},
        Foreign{"-colors 40 -type palette -depth 8 -compress LZW", "a.tif", 3, 8},
        Foreign{"-colors 7 -type palette -depth 4 -compress None", "a.tif", 3, 8}));

TEST(ForeignFileKinds, BigTiffIsATiff) {
  const TestFolder folder;
  const auto file = folder / "a.tif";
  ASSERT_TRUE(run(std::format("magick -seed 1 -size 67x59 plasma:red-blue -depth 16 tiff64:{}",
                              file.string())));
  ASSERT_EQ(file_bytes(file)[2], std::byte{43});
  const auto read = read_picture(file);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_TRUE(read->pixels == decoded_by_magick(file, read->info));
  EXPECT_EQ(sniff(std::as_bytes(std::span("MM\0+"))), FileFormat::tiff);
}

TEST(ForeignFileKinds, AreNamed) {
  const TestFolder folder;
  for (const auto& [options, name, word] :
       {std::tuple("-depth 32 -define quantum:format=floating-point", "a.tif", "floating point"),
        {"", "a.webp", "WebP"},
        {"", "a.gif", "GIF"}}) {
    ASSERT_TRUE(run(std::format("magick -size 20x20 plasma:red-blue {} {}", options,
                                (folder / name).string())));
    const auto read = read_picture(folder / name);
    ASSERT_FALSE(read) << name;
    EXPECT_TRUE(read.error().message.contains(word)) << read.error().text();
  }
  const std::string_view avif(
      "\0\0\0\x1c"
      "ftypavif",
      12);
  save_bytes(folder / "a.avif", std::as_bytes(std::span(avif)));
  EXPECT_TRUE(open_picture(folder / "a.avif").error().message.contains("AVIF"));
}

TEST(ForeignFileKinds, ThatHaveNoRgbPixelsAreRefusedInWords) {
  const TestFolder folder;
  for (const char* options : {"-colorspace CMYK a.jpg", "-colorspace CMYK a.tif",
                              "-depth 32 -define quantum:format=floating-point a.tif",
                              "-monochrome -compress Group4 a.tif", "a.gif", "a.webp"}) {
    const std::string words = options;
    const auto name = words.substr(words.rfind(' ') + 1);
    const auto file = folder / name;
    ASSERT_TRUE(run(std::format("magick -size 20x20 plasma:red-blue {} {}",
                                words.substr(0, words.size() - name.size()), file.string())));
    const auto read = read_picture(file);
    ASSERT_FALSE(read) << options;
    EXPECT_EQ(read.error().kind, ErrorKind::bad_picture);
    EXPECT_FALSE(read.error().hint.empty());
  }
}

}  // namespace
}  // namespace sharpen::testing
