#include "ui/choice.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace sharpen {
namespace {

class FirstSettings : public testing::Test {
 protected:
  FirstSettings() {
    home_.user = std::filesystem::path(testing::TempDir()) /
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(home_.user);
    last_.service = "this-computer";
    last_.max_cost = 5;
  }
  ~FirstSettings() override { std::filesystem::remove_all(home_.user); }
  Settings of_result(const std::string& service, const std::string& url) {
    Settings settings;
    settings.service = service;
    settings.service_url = url;
    settings.model = "Standard";
    settings.max_cost = 1000;
    Source result;
    result.earlier = settings;
    const std::vector<Source> sources = {Source{}, result};
    return first_settings(sources, Memory(home_), last_).value_or(Settings{});
  }
  Home home_;
  Settings last_;
};

TEST_F(FirstSettings, AreThoseOfAnEarlierResultWithTheUsersOwnLimit) {
  const Settings first = of_result("topaz", "");
  EXPECT_EQ(first.model, "Standard");
  EXPECT_EQ(first.service, "topaz");
  EXPECT_EQ(first.max_cost, 5);
}

TEST_F(FirstSettings, DoNotTakeAnAddressThatTheUserNeverSentTo) {
  const Settings first = of_result("topaz", "https://elsewhere.example:8080/image");
  EXPECT_EQ(first.model, "Standard");
  EXPECT_EQ(first.service, "this-computer");
  EXPECT_EQ(first.service_url, "");
}

TEST_F(FirstSettings, TakeAnAddressThatTheUserHasSentTo) {
  Memory(home_).learn_host("studio.example");
  const Settings first = of_result("own-server", "https://studio.example:8080");
  EXPECT_EQ(first.service, "own-server");
  EXPECT_EQ(first.service_url, "https://studio.example:8080");
}

TEST_F(FirstSettings, ElseAreThoseOfARunThatFailed) {
  const std::vector<Source> sources(1);
  EXPECT_FALSE(first_settings(sources, Memory(home_), last_));
  Settings failed;
  failed.model = "Motion Blur";
  Memory(home_).set_unfinished_settings(failed);
  EXPECT_EQ(first_settings(sources, Memory(home_), last_), failed);
}

TEST(Variants, DropValuesThatTheOtherModelDoesNotTake) {
  Choice choice;
  choice.settings.value(ParameterId::strength) = 0.5;
  choice.settings.value(ParameterId::face_enhancement_strength) = 0.4;
  choice.more_models = {"Standard", "Super Focus V2"};
  const auto all = variants(choice);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0], choice.settings);
  for (const Settings& settings : all) {
    const Model* model = find_model(settings.model);
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(settings.value(ParameterId::strength).has_value(),
              model->find(ParameterId::strength) != nullptr)
        << settings.model;
    EXPECT_TRUE(settings.value(ParameterId::face_enhancement_strength)) << settings.model;
  }
}

}  // namespace
}  // namespace sharpen
