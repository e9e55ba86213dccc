#include "client/journal/manifest.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/client/test_folder.h"

namespace sharpen {
namespace {

namespace fs = std::filesystem;

const OutputKey key{.content = "of-one-picture", .settings = "{}"};

bool any(const fs::path& /*file*/) { return true; }

class ManifestTest : public testing::Test {
 protected:
  /// A result as a run writes it: noted under its temporary name, then renamed.
  void write_result(const fs::path& wanted, const fs::path& file) {
    ASSERT_TRUE(manifest_.claim(key, wanted).value());
    const fs::path complete = folder_.path() / "complete";
    std::ofstream(complete) << "pixels";
    ASSERT_TRUE(manifest_.record(key, wanted, {file, "job-1", 2.0, "soft"}, complete));
    fs::rename(complete, file);
  }

  TestFolder folder_;
  Manifest manifest_ = *Manifest::open(folder_.path() / "jobs.sqlite");
  const fs::path file_ = folder_.path() / "a.png";
};

TEST_F(ManifestTest, FindsWhatWasWritten) {
  write_result(file_, file_);
  const auto found = manifest_.find(key, file_).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->file, file_);
  EXPECT_EQ(found->job, "job-1");
  EXPECT_EQ(found->cost, 2.0);
  EXPECT_FALSE(manifest_.find({key.content, "other settings"}, file_).value());
  EXPECT_FALSE(manifest_.find({"another picture", key.settings}, file_).value());
  EXPECT_TRUE(manifest_.find_equal(key, any).value());
}

TEST_F(ManifestTest, ForgetsWhatSomebodyHasChanged) {
  write_result(file_, file_);
  EXPECT_TRUE(manifest_.has_written(file_).value());
  std::ofstream(file_, std::ios::app) << "more";
  EXPECT_FALSE(manifest_.find(key, file_).value());
  EXPECT_FALSE(manifest_.find_equal(key, any).value());
  EXPECT_FALSE(manifest_.has_written(file_).value());
}

TEST_F(ManifestTest, LooksForAnEqualOneAmongAll) {
  const fs::path other = folder_.path() / "a.JPG";
  write_result(file_, file_);
  write_result(other, other);
  for (const fs::path& file : {file_, other}) {
    const auto is_it = [&](const fs::path& found) { return found == file; };
    const auto equal = manifest_.find_equal(key, is_it).value();
    ASSERT_TRUE(equal);
    EXPECT_EQ(equal->file, file);
  }
}

TEST_F(ManifestTest, FindsANumberedResultByTheNameThatWasWanted) {
  const fs::path numbered = folder_.path() / "a-1.png";
  write_result(file_, numbered);
  EXPECT_EQ(manifest_.find(key, file_).value()->file, numbered);
  EXPECT_TRUE(manifest_.has_written(numbered).value());
  EXPECT_FALSE(manifest_.has_written(file_).value());
}

TEST_F(ManifestTest, LeavesAClaimToWhoHasIt) {
  ASSERT_TRUE(manifest_.claim(key, file_).value());
  EXPECT_TRUE(manifest_.claim(key, file_).value());  // by the same process, for a second try
  ASSERT_TRUE(manifest_.release(key, file_));
  EXPECT_TRUE(manifest_.claim(key, file_).value());
  EXPECT_FALSE(manifest_.find(key, file_).value());  // nothing is written yet
}

}  // namespace
}  // namespace sharpen
