#include "base/spool_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace sharpen {
namespace {

std::filesystem::path test_folder() {
  return std::filesystem::path(testing::TempDir()) / ("spool-" + std::to_string(::getpid()));
}

TEST(SpoolFile, IsPrivateAndRemovedWithItsOwner) {
  std::filesystem::path path;
  {
    auto spool = SpoolFile::create(".png", test_folder());
    ASSERT_TRUE(spool) << spool.error().text();
    path = spool->path();
    struct stat file = {}, folder = {};
    ASSERT_EQ(::stat(path.c_str(), &file), 0);
    ASSERT_EQ(::stat(test_folder().c_str(), &folder), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600u);
    EXPECT_EQ(folder.st_mode & 0777, 0700u);
    EXPECT_EQ(path.extension(), ".png");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SpoolFile, KeepsAFileThatWasGivenAway) {
  auto spool = SpoolFile::create(".png", test_folder());
  ASSERT_TRUE(spool);
  const auto path = spool->keep();
  spool = SpoolFile();
  EXPECT_TRUE(std::filesystem::exists(path));
  {
    const auto again = SpoolFile::take_over(path);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SpoolFile, SaysWhatToDoWhereItCannotWrite) {
  const auto spool = SpoolFile::create(".png", "/proc/nowhere");
  ASSERT_FALSE(spool);
  EXPECT_EQ(spool.error().kind, ErrorKind::io);
  EXPECT_FALSE(spool.error().hint.empty());
}

}  // namespace
}  // namespace sharpen
