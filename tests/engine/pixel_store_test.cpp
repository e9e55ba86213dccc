#include "service/engine/decode/pixel_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace sharpen::engine {
namespace {

/// More than is kept in memory.
PictureInfo large_picture() {
  PictureInfo info;
  info.width = 4000;
  info.height = 2100;
  info.channels = 3;
  return info;
}

class PixelStoreTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("pixel-store-" + std::to_string(::getpid()));
};

TEST_F(PixelStoreTest, LeavesNothingOnDiskHoweverItEnds) {
  const PictureInfo info = large_picture();
  auto store = PixelStore::create(info, folder_);
  ASSERT_TRUE(store) << store.error().text();
  std::vector<std::byte> row(info.bytes_per_row());
  for (std::uint32_t y = 0; y < info.height; ++y) {
    row[3] = static_cast<std::byte>(y % 251);
    ASSERT_TRUE(store->append(row));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_)) << "a kill would leave it";
  std::vector<std::byte> pixels(6);
  ASSERT_TRUE(store->read(Box{1, 2000, 1, 2}, pixels));
  EXPECT_EQ(pixels[0], static_cast<std::byte>(2000 % 251));
  EXPECT_EQ(pixels[3], static_cast<std::byte>(2001 % 251));
}

TEST_F(PixelStoreTest, SaysWhereItCannotWrite) {
  const auto store = PixelStore::create(large_picture(), "/proc/nowhere");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::io);
  EXPECT_NE(store.error().message.find("/proc/nowhere"), std::string::npos);
}

}  // namespace
}  // namespace sharpen::engine
