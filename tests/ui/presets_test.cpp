#include "ui/run/presets.h"

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
  const auto presets = Presets(file("presets.json"));
  EXPECT_TRUE(presets.all().empty());
}

TEST_F(PresetsTest, AreThereInTheNextRunSortedByName) {
  {
    auto presets = Presets(file("presets.json"));
    ASSERT_TRUE(presets.save({"Portraits", Settings{}}));
    ASSERT_TRUE(presets.save({"Birds", strong_settings()}));
  }
  const auto presets = Presets(file("presets.json"));
  ASSERT_EQ(presets.all().size(), 2u);
  EXPECT_EQ(presets.all()[0].name, "Birds");
  EXPECT_EQ(presets.all()[0].settings, strong_settings());
}

TEST_F(PresetsTest, ASecondOneOfTheSameNameReplacesTheFirst) {
  auto presets = Presets(file("presets.json"));
  ASSERT_TRUE(presets.save({"Birds", Settings{}}));
  ASSERT_TRUE(presets.save({"Birds", strong_settings()}));
  ASSERT_EQ(presets.all().size(), 1u);
  EXPECT_EQ(presets.all()[0].settings, strong_settings());
}

TEST_F(PresetsTest, ARemovedOneIsGoneFromTheFile) {
  auto presets = Presets(file("presets.json"));
  ASSERT_TRUE(presets.save({"Birds", Settings{}}));
  ASSERT_TRUE(presets.remove("Birds"));
  EXPECT_TRUE(Presets(file("presets.json")).all().empty());
}

TEST_F(PresetsTest, TravelInAFile) {
  auto here = Presets(file("here.json"));
  ASSERT_TRUE(here.save({"Birds", strong_settings()}));
  ASSERT_TRUE(here.save({"Other", Settings{}}));
  ASSERT_TRUE(here.export_to(file("birds.json"), "Birds"));

  auto there = Presets(file("there.json"));
  const auto name = there.import_from(file("birds.json"));
  ASSERT_TRUE(name);
  EXPECT_EQ(*name, "Birds");
  ASSERT_EQ(there.all().size(), 1u);
  EXPECT_EQ(there.all()[0].settings, strong_settings());
}

TEST_F(PresetsTest, AnotherFileIsRefusedAndChangesNothing) {
  write("photo.json", "{\"name\": 1}");
  auto presets = Presets(file("presets.json"));
  ASSERT_TRUE(presets.save({"Birds", Settings{}}));
  const auto imported = presets.import_from(file("photo.json"));
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().kind, ErrorKind::protocol);
  EXPECT_EQ(presets.all().size(), 1u);
}

TEST_F(PresetsTest, WhatCannotBeUsedIsNotSaved) {
  Presets presets(file("presets.json"));
  Settings wild, nowhere;
  wild.value(ParameterId::strength) = 7;
  nowhere.service = "own-server";
  for (const Settings& settings : {wild, nowhere}) {
    const auto saved = presets.save({"Wild", settings});
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().kind, ErrorKind::bad_argument);
    EXPECT_TRUE(Presets(file("presets.json")).all().empty());
  }
}

constexpr const char* one_good_of_four = R"({"presets": [
  {"name": "Own", "settings": "{\"service\": \"own-server\"}"},
  {"name": "Birds", "settings": "{\"model\": \"Strong\"}"},
  {"name": "Later", "settings": {"version": 2}},
  {"settings": "{\"model\": \"Strong\"}"}]})";

TEST_F(PresetsTest, AnEntryThatCannotBeUsedIsNamedAndKept) {
  write("presets.json", one_good_of_four);
  Presets presets(file("presets.json"));
  ASSERT_EQ(presets.all().size(), 1u);
  EXPECT_EQ(presets.unusable().size(), 3u);
  ASSERT_TRUE(presets.find_unusable("Own"));
  EXPECT_NE(presets.find_unusable("Own")->problem.message.find("service-url"), std::string::npos);
  ASSERT_TRUE(presets.save({"Strong", strong_settings()}));
  ASSERT_TRUE(presets.remove("Birds"));

  Presets later(file("presets.json"));
  EXPECT_EQ(later.all().size(), 1u);
  ASSERT_EQ(later.unusable().size(), 3u);
  EXPECT_EQ(later.find_unusable("Later")->stored["settings"]["version"].integer(), 2);
  ASSERT_TRUE(later.remove("Later"));
  EXPECT_EQ(Presets(file("presets.json")).unusable().size(), 2u) << "unless the user wants it";
}

TEST_F(PresetsTest, AFileThatCannotBeReadIsNamedAndKept) {
  for (const char* text : {"{\"presets\": [{\"name\"", "{}"}) {
    write("presets.json", text);
    Presets presets(file("presets.json"));
    ASSERT_TRUE(presets.find_unusable("presets.json"));
    ASSERT_TRUE(presets.save({"Birds", strong_settings()}));
    EXPECT_TRUE(presets.unusable().empty());
    EXPECT_EQ(Presets(file("presets.json")).all().size(), 1u);
  }
  for (const auto& [name, text] :
       {std::pair("presets.json.unreadable-1", "{\"presets\": [{\"name\""),
        {"presets.json.unreadable-2", "{}"}}) {
    std::ifstream stream(file(name));
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), text);
  }
}

TEST_F(PresetsTest, TwoDialogsKeepEachOthers) {
  Presets here(file("presets.json")), there(file("presets.json"));
  ASSERT_TRUE(here.save({"Birds", Settings{}}));
  ASSERT_TRUE(there.save({"Portraits", Settings{}}));
  EXPECT_EQ(Presets(file("presets.json")).all().size(), 2u);
}

TEST_F(PresetsTest, AFileWithAnEntryThatCannotBeUsedIsNotImported) {
  write("wild.json", one_good_of_four);
  Presets presets(file("presets.json"));
  const auto imported = presets.import_from(file("wild.json"));
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().kind, ErrorKind::bad_argument);
  EXPECT_TRUE(presets.all().empty());
}

TEST_F(PresetsTest, AFolderThatCannotBeWrittenIsAnError) {
  Presets presets(file("no-such-folder") / "presets.json");
  const auto saved = presets.save({"Birds", Settings{}});
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind, ErrorKind::io);
}

}  // namespace
}  // namespace sharpen
