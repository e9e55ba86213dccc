#include <array>

#include "image/tiff_file.h"
#include "tests/image/picture_files.h"

namespace sharpen::testing {
namespace {

/// Two pixels of RGB, something unknown, and associated alpha.
constexpr std::array<std::array<int, 5>, 2> stored = {{{100, 50, 0, 9, 128}, {7, 8, 9, 9, 255}}};
constexpr std::array<std::array<int, 4>, 2> wanted = {{{199, 100, 0, 128}, {7, 8, 9, 255}}};

template <class Sample>
void write_five_samples(const std::filesystem::path& path, std::uint16_t layout) {
  auto file = TiffFile::open_to_write(path);
  ASSERT_TRUE(file);
  TIFF* tiff = (*file)->get();
  const std::array<std::uint16_t, 2> extra = {EXTRASAMPLE_UNSPECIFIED, EXTRASAMPLE_ASSOCALPHA};
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 2u);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 1u);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, int{sizeof(Sample)} * 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 5);
  TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 2, extra.data());
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, layout);
  constexpr int scale = sizeof(Sample) == 1 ? 1 : 257;
  std::array<Sample, 10> row = {};
  for (std::size_t x = 0; x < 2; ++x)
    for (std::size_t i = 0; i < 5; ++i)
      row[layout == PLANARCONFIG_CONTIG ? x * 5 + i : i * 2 + x] =
          static_cast<Sample>(stored[x][i] * scale);
  const std::uint16_t planes = layout == PLANARCONFIG_CONTIG ? 1 : 5;
  for (std::uint16_t plane = 0; plane < planes; ++plane)
    ASSERT_EQ(TIFFWriteScanline(tiff, row.data() + plane * 2, 0, plane), 1);
}

template <class Sample>
void expect_found_alpha() {
  const TestFolder folder;
  for (const int layout : {PLANARCONFIG_CONTIG, PLANARCONFIG_SEPARATE}) {
    write_five_samples<Sample>(folder / "a.tif", static_cast<std::uint16_t>(layout));
    const auto read = read_picture(folder / "a.tif");
    ASSERT_TRUE(read) << read.error().text();
    ASSERT_EQ(read->info.channels, 4);
    std::array<Sample, 8> samples = {};
    ASSERT_EQ(read->pixels.size(), sizeof samples);
    std::memcpy(samples.data(), read->pixels.data(), sizeof samples);
    constexpr int scale = sizeof(Sample) == 1 ? 1 : 257;
    for (std::size_t i = 0; i < samples.size(); ++i)
      EXPECT_NEAR(samples[i], wanted[i / 4][i % 4] * scale, scale / 2) << layout << " " << i;
  }
}

TEST(TiffKinds, AlphaIsFoundBehindAnotherExtraSample) {
  expect_found_alpha<std::uint8_t>();
  expect_found_alpha<std::uint16_t>();
}

}  // namespace
}  // namespace sharpen::testing
