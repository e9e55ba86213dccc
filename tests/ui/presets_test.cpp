#include "ui/work/presets.h"

#include <gtest/gtest.h>

#include <fstream>

namespace sharpen {
namespace {

class PresetsTest : public testing::Test {
 protected:
  PresetsTest() { std::filesystem::create_directories(folder_); }
  ~PresetsTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path file(const char* name) const { return folder_ / name; }
  void write(const char* name, const char* text) const { std::ofstream(file(name)) << text; }

 private:
  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) /
                                  testing::UnitTest::GetInstance()->current_test_info()->name();
};

Settings strong_settings() {
  Settings settings;
  settings.model = "Strong";
  settings.value(ParameterId::strength) = 0.75;
  return settings;
}

TEST_F(PresetsTest, StartEmpty) {
  const auto presets = Presets::load(file("presets.json"));
  ASSERT_TRUE(presets);
  EXPECT_TRUE(presets->all().empty());
}

TEST_F(PresetsTest, AreThereInTheNextRunSortedByName) {
  {
    auto presets = Presets::load(file("presets.json"));
    ASSERT_TRUE(presets->save({"Portraits", Settings{}}));
    ASSERT_TRUE(presets->save({"Birds", strong_settings()}));
  }
  const auto presets = Presets::load(file("presets.json"));
  ASSERT_TRUE(presets);
  ASSERT_EQ(presets->all().size(), 2u);
  EXPECT_EQ(presets->all()[0].name, "Birds");
  EXPECT_EQ(presets->all()[0].settings, strong_settings());
}

TEST_F(PresetsTest, ASecondOneOfTheSameNameReplacesTheFirst) {
  auto presets = Presets::load(file("presets.json"));
  ASSERT_TRUE(presets->save({"Birds", Settings{}}));
  ASSERT_TRUE(presets->save({"Birds", strong_settings()}));
  ASSERT_EQ(presets->all().size(), 1u);
  EXPECT_EQ(presets->all()[0].settings, strong_settings());
}

TEST_F(PresetsTest, ARemovedOneIsGoneFromTheFile) {
  auto presets = Presets::load(file("presets.json"));
  ASSERT_TRUE(presets->save({"Birds", Settings{}}));
  ASSERT_TRUE(presets->remove("Birds"));
  EXPECT_TRUE(Presets::load(file("presets.json"))->all().empty());
}

TEST_F(PresetsTest, TravelInAFile) {
  auto here = Presets::load(file("here.json"));
  ASSERT_TRUE(here->save({"Birds", strong_settings()}));
  ASSERT_TRUE(here->save({"Other", Settings{}}));
  ASSERT_TRUE(here->export_to(file("birds.json"), "Birds"));

  auto there = Presets::load(file("there.json"));
  const auto name = there->import_from(file("birds.json"));
  ASSERT_TRUE(name);
  EXPECT_EQ(*name, "Birds");
  ASSERT_EQ(there->all().size(), 1u);
  EXPECT_EQ(there->all()[0].settings, strong_settings());
}

TEST_F(PresetsTest, AnotherFileIsRefusedAndChangesNothing) {
  write("photo.json", "{\"name\": 1}");
  auto presets = Presets::load(file("presets.json"));
  ASSERT_TRUE(presets->save({"Birds", Settings{}}));
  const auto imported = presets->import_from(file("photo.json"));
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().kind, ErrorKind::protocol);
  EXPECT_EQ(presets->all().size(), 1u);
}

TEST_F(PresetsTest, ASettingOutOfRangeIsRefusedOnImport) {
  Settings wild;
  wild.value(ParameterId::strength) = 7;
  auto presets = Presets::load(file("wild.json"));
  ASSERT_TRUE(presets->save({"Wild", wild}));
  auto others = Presets::load(file("presets.json"));
  const auto imported = others->import_from(file("wild.json"));
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().kind, ErrorKind::bad_argument);
}

TEST_F(PresetsTest, AFolderThatCannotBeWrittenIsAnError) {
  Presets presets(file("no-such-folder") / "presets.json");
  const auto saved = presets.save({"Birds", Settings{}});
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind, ErrorKind::io);
}

}  // namespace
}  // namespace sharpen
