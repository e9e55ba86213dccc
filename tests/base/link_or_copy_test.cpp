#include "base/link_or_copy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace sharpen {
namespace {

class LinkOrCopy : public testing::Test {
 protected:
  LinkOrCopy() { std::filesystem::create_directories(folder_); }
  ~LinkOrCopy() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path file(const char* name) const { return folder_ / name; }

  void write(const char* name, const char* text) const { std::ofstream(file(name)) << text; }
  [[nodiscard]] std::string read(const char* name) const {
    std::ifstream in(file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("links-" + std::to_string(::getpid()));
};

TEST_F(LinkOrCopy, ReplacesWhatIsThere) {
  write("from", "new");
  write("to", "old");
  EXPECT_FALSE(link_or_copy(file("from"), file("to")));
  EXPECT_EQ(read("to"), "new");
}

TEST_F(LinkOrCopy, OutlivesTheFirstName) {
  write("from", "text");
  ASSERT_FALSE(link_or_copy(file("from"), file("to")));
  std::filesystem::remove(file("from"));
  EXPECT_EQ(read("to"), "text");
}

TEST_F(LinkOrCopy, SaysThatThereIsNothing) {
  EXPECT_TRUE(link_or_copy(file("nothing"), file("to")));
}

}  // namespace
}  // namespace sharpen
