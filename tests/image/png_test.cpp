#include <algorithm>
#include <array>

#include "image/deflate.h"
#include "image/png_bands.h"
#include "image/png_chunks.h"
#include "tests/client/no_threads.h"
#include "tests/image/tools.h"

namespace sharpen::testing {
namespace {

struct Chunk {
  PngChunkType type;
  Bytes data;
};

std::vector<Chunk> chunks_of(std::span<const std::byte> file) {
  std::vector<Chunk> chunks;
  file = file.subspan(kPngSignature.size());
  while (!file.empty()) {
    const auto header = parse_png_chunk_header(file.first<kPngChunkHeaderBytes>());
    const auto data = file.subspan(kPngChunkHeaderBytes, header.data_bytes);
    chunks.push_back({header.type, Bytes(data.begin(), data.end())});
    file = file.subspan(kPngChunkHeaderBytes + data.size() + kPngChunkCrcBytes);
  }
  return chunks;
}

Bytes file_of(const std::vector<Chunk>& chunks) {
  const auto signature = std::as_bytes(std::span(kPngSignature));
  Bytes file(signature.begin(), signature.end());
  for (const Chunk& chunk : chunks) {
    Bytes room(kPngChunkHeaderBytes + chunk.data.size() + kPngChunkCrcBytes);
    std::ranges::copy(chunk.data, room.begin() + kPngChunkHeaderBytes);
    const auto framed = frame_png_chunk(room, chunk.type, chunk.data.size());
    file.insert(file.end(), framed.begin(), framed.end());
  }
  return file;
}

/// The same picture in one IDAT, which nobody can tell from another program's file.
std::vector<Chunk> with_one_idat(const std::vector<Chunk>& chunks) {
  std::vector<Chunk> joined;
  for (const Chunk& chunk : chunks) {
    if (chunk.type == kPngData && joined.back().type == kPngData)
      joined.back().data.insert(joined.back().data.end(), chunk.data.begin(), chunk.data.end());
    else
      joined.push_back(chunk);
  }
  return joined;
}

class PngKinds : public ::testing::TestWithParam<std::pair<int, int>> {};

TEST_P(PngKinds, AreAcceptedByOthersWithEqualPixels) {
  const auto [channels, bits] = GetParam();
  const TestFolder folder;
  const auto file = folder / "picture.png";
  for (const auto& [width, height] :
       {std::pair(1u, 1u), {1u, 700u}, {701u, 1u}, {61u, 67u}, {1021u, 307u}}) {
    const Picture picture = make_picture(width, height, channels, bits);
    ASSERT_TRUE(write_picture(file, FileFormat::png, picture));
    EXPECT_TRUE(run("pngcheck -q " + file.string()));
    EXPECT_TRUE(decoded_by_magick(file, picture.info) == picture.pixels)
        << width << " x " << height;
    save_bytes(file, file_of(with_one_idat(chunks_of(file_bytes(file)))));
    const auto by_libpng = read_picture(file);
    ASSERT_TRUE(by_libpng) << by_libpng.error().text();
    EXPECT_TRUE(by_libpng->pixels == picture.pixels);
  }
}

TEST_P(PngKinds, MayBeAsWideAsAServiceTakes) {
  const auto [channels, bits] = GetParam();
  const TestFolder folder;
  const auto file = folder / "picture.png";
  const Picture picture = make_picture(32'000, 9, channels, bits);
  ASSERT_TRUE(write_picture(file, FileFormat::png, picture));
  EXPECT_TRUE(run("pngcheck -q " + file.string()));
  const auto by_bands = read_picture(file);
  ASSERT_TRUE(by_bands);
  EXPECT_TRUE(by_bands->pixels == picture.pixels);
  save_bytes(file, file_of(with_one_idat(chunks_of(file_bytes(file)))));
  const auto by_libpng = read_picture(file);
  ASSERT_TRUE(by_libpng);
  EXPECT_TRUE(by_libpng->pixels == picture.pixels);
}

INSTANTIATE_TEST_SUITE_P(All, PngKinds,
                         ::testing::Values(std::pair(1, 8), std::pair(2, 8), std::pair(3, 8),
                                           std::pair(4, 8), std::pair(1, 16), std::pair(2, 16),
                                           std::pair(3, 16), std::pair(4, 16)),
                         [](const auto& kind) {
                           return std::format("{}_channels_{}_bits", kind.param.first,
                                              kind.param.second);
                         });

TEST(PngWriter, MakesTheSameBytesWithAnyNumberOfThreads) {
  const TestFolder folder;
  const Picture picture = make_picture(1201, 901);
  ASSERT_TRUE(write_picture(folder / "1", FileFormat::png, picture, {.threads = 1}));
  const Bytes expected = file_bytes(folder / "1");
  for (const unsigned threads : {0u, 2u, 3u, 8u}) {
    for (const std::size_t rows : {1, 29, 901}) {
      ASSERT_TRUE(
          write_picture(folder / "n", FileFormat::png, picture, {.threads = threads}, rows));
      EXPECT_TRUE(file_bytes(folder / "n") == expected) << threads << " threads, " << rows;
    }
  }
}

TEST(PngWriter, KeepsPixelsAtEveryLevel) {
  const TestFolder folder;
  const Picture picture = make_picture(500, 401);
  for (int level = 0; level <= 9; ++level) {
    ASSERT_TRUE(write_picture(folder / "a", FileFormat::png, picture, {.png_level = level}));
    EXPECT_TRUE(run("pngcheck -q " + (folder / "a").string()));
    const auto read = read_picture(folder / "a");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->pixels == picture.pixels) << level;
  }
}

TEST(PngWriter, LeavesNoThreadBehindWhenItIsDropped) {
  const TestFolder folder;
  const Picture picture = make_picture(1201, 901);
  for (int i = 0; i < 20; ++i) {
    auto writer = create_picture(folder / "a", FileFormat::png, picture.info, {.threads = 3});
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write(
        std::span(picture.pixels).first(picture.info.bytes_per_row() * (1 + i * 40))));
  }
  EXPECT_FALSE(read_picture(folder / "a"));
}

TEST(PngReader, ReadsOnWithLibpngWhereABandIsNotOurs) {
  const TestFolder folder;
  const Picture picture = make_picture(1201, 901);
  ASSERT_TRUE(write_picture(folder / "a", FileFormat::png, picture));
  auto chunks = chunks_of(file_bytes(folder / "a"));
  const PngBands bands(picture.info);
  ASSERT_EQ(chunks.size(), bands.count + 4) << "IHDR, zlib header, bands, zlib end, IEND";
  ASSERT_GE(bands.count, 5u);

  // The filter bytes of a band in the middle now say Paeth: other pixels, and valid all the same.
  Bytes& packed = chunks[5].data;
  Bytes filtered(bands.filtered_bytes(bands.rows));
  packed.resize(packed.size() + BandInflater::kRoomAfterBand);
  ASSERT_TRUE(BandInflater().inflate(packed, filtered));
  for (std::size_t y = 1; y < bands.rows; ++y) filtered[y * (bands.row_bytes + 1)] = std::byte{4};
  packed.resize(BandDeflater::bound(filtered.size()));
  packed.resize(BandDeflater(1).deflate(filtered, packed));

  std::uint32_t adler = kAdlerOfNothing;
  for (std::uint32_t i = 0; i < bands.count; ++i) {
    Bytes band = chunks[2 + i].data;
    band.resize(band.size() + BandInflater::kRoomAfterBand);
    filtered.resize(bands.filtered_bytes(bands.rows_of(i)));
    ASSERT_TRUE(BandInflater().inflate(band, filtered));
    adler = adler32_joined(adler, adler32_of(filtered), filtered.size());
  }
  const auto end = zlib_end(adler);
  chunks[2 + bands.count].data.assign(end.begin(), end.end());

  save_bytes(folder / "cut like ours", file_of(chunks));
  save_bytes(folder / "in one piece", file_of(with_one_idat(chunks)));
  for (const std::size_t rows : {1, 64, 901}) {
    const auto ours = read_picture(folder / "cut like ours", {}, rows);
    const auto theirs = read_picture(folder / "in one piece");
    ASSERT_TRUE(ours) << ours.error().text();
    ASSERT_TRUE(theirs);
    EXPECT_TRUE(ours->pixels == theirs->pixels);
    EXPECT_FALSE(ours->pixels == picture.pixels);
  }
}

class ForeignPng : public ::testing::TestWithParam<const char*> {};

TEST_P(ForeignPng, IsReadAsImageMagickReadsIt) {
  const TestFolder folder;
  const auto file = folder / "picture.png";
  ASSERT_TRUE(run(
      std::format("magick -seed 1 -size 67x59 plasma:red-blue {} {}", GetParam(), file.string())));
  const auto read = read_picture(file);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->info.width, 67u);
  EXPECT_TRUE(read->pixels == decoded_by_magick(file, read->info))
      << read->info.channels << " channels of " << read->info.bits;
}

INSTANTIATE_TEST_SUITE_P(
    All, ForeignPng,
    ::testing::Values(
        "-define png:color-type=2", "-define png:color-type=2 -define png:bit-depth=16",
        "-define png:color-type=2 -interlace PNG",
        "-define png:color-type=6 -define png:bit-depth=16 -interlace PNG -alpha on "
        "-channel A -evaluate set 40%",
        "-colors 200 -define png:color-type=3", "-colors 13 -define png:color-type=3",
        "-colors 4 -define png:color-type=3", "-colors 2 -define png:color-type=3 -interlace PNG",
        "-colors 20 -transparent black -define png:color-type=3",
        "-colorspace gray -define png:color-type=0", "-colorspace gray -monochrome",
        "-colorspace gray -posterize 4 -define png:bit-depth=2 -define png:color-type=0",
        "-colorspace gray -posterize 16 -define png:bit-depth=4 -define png:color-type=0",
        "-colorspace gray -alpha on -channel A -evaluate set 40% -define png:color-type=4"));

TEST(PngThreads, IsWrittenAndReadWithoutAThreadToo) {
  const TestFolder folder;
  const auto picture = make_picture(700, 500);
  const test::NoThreads none;
  const auto written = write_picture(folder / "p.png", FileFormat::png, picture);
  ASSERT_TRUE(written) << written.error().text();
  const auto read = read_picture(folder / "p.png");
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_TRUE(read->pixels == picture.pixels);
}

}  // namespace
}  // namespace sharpen::testing
