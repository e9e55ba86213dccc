#include <zlib.h>

#include "image/png_chunks.h"
#include "tests/image/picture_files.h"

namespace sharpen::testing {
namespace {

class Damage : public ::testing::TestWithParam<FileFormat> {
 protected:
  [[nodiscard]] Bytes sound_file(const TestFolder& folder) const {
    picture_.info.icc_profile = some_profile(3000);
    EXPECT_TRUE(write_picture(folder / "sound", GetParam(), picture_));
    return file_bytes(folder / "sound");
  }
  mutable Picture picture_ = make_picture(641, 907);
};

TEST_P(Damage, ATruncatedFileIsAnError) {
  const TestFolder folder;
  const Bytes sound = sound_file(folder);
  for (std::size_t part = 0; part < 16; ++part) {
    save_bytes(folder / "cut", std::span(sound).first(sound.size() * part / 16));
    const auto read = read_picture(folder / "cut");
    ASSERT_FALSE(read) << part;
    EXPECT_EQ(read.error().kind, ErrorKind::bad_picture) << part;
    EXPECT_FALSE(read.error().hint.empty());
  }
  if (GetParam() == FileFormat::tiff) return;  // ends with what is not needed
  save_bytes(folder / "cut", std::span(sound).first(sound.size() - 1));
  EXPECT_FALSE(read_picture(folder / "cut"));
}

TEST_P(Damage, AReaderThatFailedStaysFailed) {
  const TestFolder folder;
  const Bytes sound = sound_file(folder);
  Bytes damaged = sound;
  damaged.resize(sound.size() / 2);
  // TIFF has its directory at the end, so strips are damaged instead, the heads of some with them.
  if (GetParam() == FileFormat::tiff) {
    damaged = sound;
    const auto quarter = static_cast<std::ptrdiff_t>(sound.size() / 4);
    std::fill_n(damaged.begin() + 2 * quarter, quarter, std::byte{0xff});
  }
  save_bytes(folder / "cut", damaged);
  auto reader = open_picture(folder / "cut");
  ASSERT_TRUE(reader) << reader.error().text();
  Bytes row((*reader)->info().bytes_per_row());
  Result<std::uint32_t> count = 1;
  while (count && *count > 0) count = (*reader)->read(row);
  ASSERT_FALSE(count);
  const auto again = (*reader)->read(row);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, count.error().message);
}

TEST_P(Damage, AFlippedBitIsAnErrorOrAPictureOfTheSameSize) {
  const TestFolder folder;
  const Bytes sound = sound_file(folder);
  std::mt19937 random(3);
  int errors = 0;
  for (int i = 0; i < 100; ++i) {
    Bytes flipped = sound;
    // Half of the flips in the first bytes, where the headers are.
    const std::size_t at =
        random() % (i % 2 ? sound.size() : std::min<std::size_t>(400, sound.size()));
    flipped[at] ^= std::byte{1} << (random() % 8);
    save_bytes(folder / "flipped", flipped);
    const auto read = read_picture(folder / "flipped", {.max_pixels = 2'000'000});
    if (!read) {
      ++errors;
      EXPECT_TRUE(read.error().kind == ErrorKind::bad_picture ||
                  read.error().kind == ErrorKind::too_large)
          << read.error().text();
    } else if (GetParam() == FileFormat::png) {
      // The CRCs of PNG leave no bit of a picture unguarded.
      EXPECT_TRUE(read->pixels == picture_.pixels) << at;
    }
  }
  // A JPEG has no checksum, and seldom notices.
  EXPECT_GT(errors, GetParam() == FileFormat::jpeg ? -1 : 10);
}

TEST_P(Damage, LimitsAreCheckedOnOpening) {
  const TestFolder folder;
  (void)sound_file(folder);
  const auto kind = [&](const PictureLimits& limits) {
    const auto reader = open_picture(folder / "sound", limits);
    return reader ? ErrorKind::internal : reader.error().kind;
  };
  EXPECT_EQ(kind({.max_side = 906}), ErrorKind::too_large);
  EXPECT_EQ(kind({.max_pixels = 641 * 907 - 1}), ErrorKind::too_large);
  EXPECT_EQ(kind({.max_icc_bytes = 2999}), ErrorKind::too_large);
  EXPECT_TRUE(open_picture(folder / "sound",
                           {.max_side = 907, .max_pixels = 641 * 907, .max_icc_bytes = 3000}));
}

INSTANTIATE_TEST_SUITE_P(All, Damage,
                         ::testing::Values(FileFormat::png, FileFormat::jpeg, FileFormat::tiff),
                         [](const auto& format) { return std::string(name_of(format.param)); });

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

Bytes deflated(const Bytes& bytes) {
  uLongf size = compressBound(bytes.size());
  Bytes packed(size);
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  packed.resize(size);
  return packed;
}

/// A PNG made of the given chunks with right CRCs.
void save_png(const std::filesystem::path& path, std::uint32_t width, std::uint32_t height,
              int interlace, std::initializer_list<std::pair<PngChunkType, Bytes>> chunks) {
  const auto signature = std::as_bytes(std::span(kPngSignature));
  Bytes file(signature.begin(), signature.end());
  const auto add = [&](const PngChunkType& type, const Bytes& data) {
    Bytes room(kPngChunkHeaderBytes + data.size() + kPngChunkCrcBytes);
    std::ranges::copy(data, room.begin() + kPngChunkHeaderBytes);
    const auto framed = frame_png_chunk(room, type, data.size());
    file.insert(file.end(), framed.begin(), framed.end());
  };
  Bytes header;
  std::ranges::copy(big_endian(width), std::back_inserter(header));
  std::ranges::copy(big_endian(height), std::back_inserter(header));
  std::ranges::copy(bytes_of({16, 6, 0, 0, interlace}), std::back_inserter(header));
  add({'I', 'H', 'D', 'R'}, header);
  for (const auto& [type, data] : chunks) add(type, data);
  save_bytes(path, file);
}

ErrorKind kind_of_opening(const std::filesystem::path& path) {
  const auto reader = open_picture(path);
  return reader ? ErrorKind::internal : reader.error().kind;
}

TEST(Bomb, APngLargerThanItsFileCanHoldIsRefusedByItsHeader) {
  const TestFolder folder;
  const Bytes some_data = deflated(Bytes(1000));
  save_png(folder / "a", 20'000, 20'000, 0, {{kPngData, some_data}, {kPngEnd, {}}});
  EXPECT_EQ(kind_of_opening(folder / "a"), ErrorKind::bad_picture);
  save_png(folder / "a", 20'000, 20'000, 1, {{kPngData, some_data}, {kPngEnd, {}}});
  EXPECT_EQ(kind_of_opening(folder / "a"), ErrorKind::bad_picture);
  save_png(folder / "a", 32'001, 1, 0, {{kPngData, some_data}, {kPngEnd, {}}});
  EXPECT_EQ(kind_of_opening(folder / "a"), ErrorKind::too_large);
  save_png(folder / "a", 0x7fffffff, 0x7fffffff, 0, {{kPngData, some_data}, {kPngEnd, {}}});
  EXPECT_EQ(kind_of_opening(folder / "a"), ErrorKind::too_large);
}

TEST(Bomb, AnInterlacedPngThatDoesNotFitIntoMemoryIsRefusedByItsHeader) {
  const TestFolder folder;
  std::initializer_list<std::pair<PngChunkType, Bytes>> chunks = {{kPngData, Bytes(4 << 20)},
                                                                  {kPngEnd, {}}};
  save_png(folder / "a", 20'000, 20'000, 1, chunks);
  EXPECT_EQ(kind_of_opening(folder / "a"), ErrorKind::too_large);
}

TEST(Bomb, AProfileIsUnpackedToItsLimitOnly) {
  const TestFolder folder;
  Bytes profile = bytes_of({'x', 0, 0});
  std::ranges::copy(deflated(Bytes(64 << 20)), std::back_inserter(profile));
  ASSERT_LT(profile.size(), 100'000u);
  save_png(folder / "a", 4, 4, 0, {{kPngProfile, profile}, {kPngData, deflated(Bytes(132))}});
  EXPECT_EQ(kind_of_opening(folder / "a"), ErrorKind::too_large);
}

TEST(Profile, ThatCannotBeUnpackedCountsAsNoneAndIsReported) {
  const TestFolder folder;
  Bytes cut = bytes_of({'x', 0, 0});
  std::ranges::copy(deflated(some_profile(500)), std::back_inserter(cut));
  cut.resize(cut.size() / 2);
  Bytes long_name(90, std::byte{'x'});
  std::ranges::copy(bytes_of({0, 0}), std::back_inserter(long_name));
  std::ranges::copy(deflated(some_profile(500)), std::back_inserter(long_name));
  const Bytes not_packed = bytes_of({'x', 0, 0, 'n', 'o', 't', ' ', 'z', 'l', 'i', 'b'});
  const Bytes pixels = deflated(Bytes(4 * (1 + 4 * 8)));
  for (const Bytes& chunk : {Bytes(), bytes_of({'x'}), not_packed, cut, long_name}) {
    save_png(folder / "a", 4, 4, 0, {{kPngProfile, chunk}, {kPngData, pixels}, {kPngEnd, {}}});
    const auto read = read_picture(folder / "a");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_TRUE(read->info.icc_profile.empty());
    EXPECT_TRUE(read->info.lost_profile);
    EXPECT_EQ(read->pixels.size(), 128u);
  }
  save_png(folder / "a", 4, 4, 0, {{kPngData, pixels}, {kPngEnd, {}}});
  EXPECT_FALSE(read_picture(folder / "a")->info.lost_profile);
}

TEST(Bomb, AJpegLargerThanItsFileCanHoldIsRefusedByItsHeader) {
  const TestFolder folder;
  ASSERT_TRUE(write_picture(folder / "a", FileFormat::jpeg, make_picture(8, 8)));
  Bytes file = file_bytes(folder / "a");
  const auto frame = std::ranges::search(file, bytes_of({0xff, 0xc0}));
  ASSERT_FALSE(frame.empty());
  const auto set_size = [&](int high) {
    for (const int at : {5, 7}) frame[at] = static_cast<std::byte>(high);
    save_bytes(folder / "a", file);
  };
  set_size(0x70);
  EXPECT_EQ(kind_of_opening(folder / "a"), ErrorKind::too_large) << "28672 x 28672 pixels";
  set_size(0x40);
  EXPECT_EQ(kind_of_opening(folder / "a"), ErrorKind::bad_picture) << "16384 x 16384 pixels";
}

/// A little-endian TIFF with one directory of the given entries (tag, type, count, value).
void save_tiff(const std::filesystem::path& path,
               std::initializer_list<std::array<std::uint32_t, 4>> entries) {
  Bytes file = bytes_of({'I', 'I', 42, 0, 8, 0, 0, 0});
  const auto add = [&](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file.push_back(static_cast<std::byte>(value >> (8 * i)));
  };
  add(static_cast<std::uint32_t>(entries.size()), 2);
  for (const auto& [tag, type, count, value] : entries) {
    add(tag, 2);
    add(type, 2);
    add(count, 4);
    add(value, 4);
  }
  add(0, 4);
  file.resize(file.size() + 5000);
  save_bytes(path, file);
}

TEST(Bomb, AbsurdTiffsAreRefusedWithoutMuchMemory) {
  const TestFolder folder;
  constexpr std::uint32_t kShort = 3, kLong = 4;
  // Gray, 8 bits, 30000 x 17000 pixels, in one tile as large as it goes.
  save_tiff(folder / "tile", {{256, kLong, 1, 30'000},
                              {257, kLong, 1, 17'000},
                              {258, kShort, 1, 8},
                              {259, kShort, 1, 5},
                              {262, kShort, 1, 1},
                              {277, kShort, 1, 1},
                              {322, kLong, 1, 1u << 20},
                              {323, kLong, 1, 1u << 20},
                              {324, kLong, 1, 200},
                              {325, kLong, 1, 100}});
  EXPECT_NE(kind_of_opening(folder / "tile"), ErrorKind::internal);
  // The same in strips of one row, whose offsets would be far behind the end of the file.
  save_tiff(folder / "strips", {{256, kLong, 1, 30'000},
                                {257, kLong, 1, 17'000},
                                {258, kShort, 1, 8},
                                {259, kShort, 1, 1},
                                {262, kShort, 1, 1},
                                {273, kLong, 0x3fffffff, 200},
                                {277, kShort, 1, 1},
                                {278, kLong, 1, 1},
                                {279, kLong, 0x3fffffff, 200}});
  EXPECT_FALSE(read_picture(folder / "strips"));
  save_tiff(folder / "sides", {{256, kLong, 1, 0xffffffff},
                               {257, kLong, 1, 0xffffffff},
                               {258, kShort, 1, 8},
                               {262, kShort, 1, 1},
                               {273, kLong, 1, 200},
                               {279, kLong, 1, 100}});
  EXPECT_NE(kind_of_opening(folder / "sides"), ErrorKind::internal);
}

TEST(Opening, SaysWhatIsWrongWithAFileThatIsNoPicture) {
  const TestFolder folder;
  EXPECT_EQ(kind_of_opening(folder / "missing"), ErrorKind::io);
  EXPECT_EQ(kind_of_opening("/"), ErrorKind::io);
  save_bytes(folder / "empty", {});
  EXPECT_EQ(kind_of_opening(folder / "empty"), ErrorKind::bad_picture);
  save_bytes(folder / "page", std::as_bytes(std::span("<html>502 Bad Gateway</html>")));
  EXPECT_EQ(kind_of_opening(folder / "page"), ErrorKind::bad_picture);
}

}  // namespace
}  // namespace sharpen::testing
