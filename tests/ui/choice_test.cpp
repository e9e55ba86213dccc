#include "ui/run/choice.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "ui/run/memory.h"

namespace sharpen {
namespace {

class FirstChoice : public testing::Test {
 protected:
  FirstChoice() {
    home_.user = std::filesystem::path(testing::TempDir()) /
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(home_.user);
    last_.settings.service = "this-computer";
    last_.settings.max_cost = 5;
    last_.output_name = "Crisp";
  }
  ~FirstChoice() override { std::filesystem::remove_all(home_.user); }
  Settings of_result(const std::string& service, const std::string& url) {
    Settings settings;
    settings.service = service;
    settings.service_url = url;
    settings.model = "Standard";
    settings.max_cost = 1000;
    Source result;
    result.earlier = settings;
    const std::vector<Source> sources = {Source{}, result};
    const Choice first = first_choice(sources, Memory(home_), last_).value_or(Choice{});
    EXPECT_EQ(first.output_name, "Crisp");
    return first.settings;
  }
  Home home_;
  Choice last_;
};

TEST_F(FirstChoice, AreThoseOfAnEarlierResultWithTheUsersOwnLimit) {
  const Settings first = of_result("topaz", "");
  EXPECT_EQ(first.model, "Standard");
  EXPECT_EQ(first.service, "topaz");
  EXPECT_EQ(first.max_cost, 5);
}

TEST(Essence, LeavesOutTheLimitAlone) {
  Settings limited, strong;
  limited.max_cost = 1;
  strong.model = "Strong";
  EXPECT_EQ(essence(limited), essence({}));
  EXPECT_NE(essence(strong), essence({}));
}

TEST_F(FirstChoice, SharpensTheOriginalOfAResultAgainIfThatIsThere) {
  Source result;
  result.earlier = Settings{};
  for (const bool there : {true, false}) {
    result.can_redo = there;
    const auto first = first_choice(std::vector{result}, Memory(home_), last_);
    EXPECT_EQ(first.value_or(Choice{}).redo_original, there);
  }
}

TEST_F(FirstChoice, DoNotTakeAnAddressThatTheUserNeverSentTo) {
  const Settings first = of_result("topaz", "https://elsewhere.example:8080/image");
  EXPECT_EQ(first.model, "Standard");
  EXPECT_EQ(first.service, "this-computer");
  EXPECT_EQ(first.service_url, "");
}

TEST_F(FirstChoice, TakeAnAddressThatTheUserHasSentTo) {
  Memory(home_).learn_host("studio.example");
  const Settings first = of_result("own-server", "https://studio.example:8080");
  EXPECT_EQ(first.service, "own-server");
  EXPECT_EQ(first.service_url, "https://studio.example:8080");
}

TEST_F(FirstChoice, ElseAreThoseOfARunThatFailed) {
  const std::vector<Source> sources(1);
  EXPECT_FALSE(first_choice(sources, Memory(home_), last_));
  Choice failed;
  failed.settings.model = "Motion Blur";
  failed.more_models = {"Standard"};
  Memory(home_).set_unfinished(failed);
  EXPECT_EQ(first_choice(sources, Memory(home_), last_), failed);
}

TEST(Variants, DropValuesThatTheOtherModelDoesNotTake) {
  Choice choice;
  choice.settings.value(ParameterId::strength) = 0.5;
  choice.settings.value(ParameterId::face_enhancement_strength) = 0.4;
  choice.settings.blur = BlurKind::defocus;
  choice.settings.value(ParameterId::blur_size) = 2.2;
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
    EXPECT_EQ(settings.blur == BlurKind::defocus, !model->generative) << settings.model;
    EXPECT_TRUE(check(settings)) << settings.model;
  }
}

}  // namespace
}  // namespace sharpen
