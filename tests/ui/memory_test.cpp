#include "ui/run/memory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sharpen {
namespace {

class MemoryTest : public testing::Test {
 protected:
  MemoryTest() {
    home_.user = std::filesystem::path(testing::TempDir()) /
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(home_.user);
  }
  ~MemoryTest() override { std::filesystem::remove_all(home_.user); }
  Home home_;
};

TEST_F(MemoryTest, KnowsAHostInTheNextRun) {
  EXPECT_FALSE(Memory(home_).knows_host("api.example.org"));
  Memory(home_).learn_host("api.example.org");
  EXPECT_TRUE(Memory(home_).knows_host("api.example.org"));
  EXPECT_FALSE(Memory(home_).knows_host("other.example.org"));
}

TEST_F(MemoryTest, KeepsWhatWasChosenForARunThatFailed) {
  Choice choice;
  choice.settings.model = "Strong";
  choice.output_name = "Crisp";
  choice.keep_source_visible = true;
  choice.more_models = {"Standard", "Natural"};
  Memory(home_).set_unfinished(choice);
  EXPECT_EQ(Memory(home_).unfinished(), choice);
  Memory(home_).set_unfinished({});
  EXPECT_FALSE(Memory(home_).unfinished());
}

TEST_F(MemoryTest, OpensTheWindowAsItWasLeft) {
  const WindowLook look{.view = {.side_by_side = true, .zoom = 2.5, .divider = 0.25},
                        .width = 1200,
                        .height = 800,
                        .preview_width = 700};
  Memory(home_).set_look(look);
  EXPECT_EQ(Memory(home_).look(), look);
}

TEST_F(MemoryTest, ALookThatCannotBeIsAsItComes) {
  std::ofstream(home_.user / "dialog.json")
      << R"({"hosts": [], "window": {"zoom": -1, "width": 1e9, "divider": "left"}})";
  EXPECT_EQ(Memory(home_).look(), WindowLook());
}

TEST_F(MemoryTest, ADamagedFileCountsAsEmpty) {
  std::ofstream(home_.user / "dialog.json") << "{\"hosts\": [1, ";
  const Memory memory(home_);
  EXPECT_FALSE(memory.knows_host("api.example.org"));
  EXPECT_FALSE(memory.unfinished());
}

}  // namespace
}  // namespace sharpen
