#include "client/providers/found_blur.h"

#include <gtest/gtest.h>

#include <format>

namespace sharpen {
namespace {

TEST(FoundBlur, IsReadInTheTermsOfABlurByHand) {
  const auto disk = found_blur(R"({"family":"disk","size":2.25,"outcome":"undone"})");
  ASSERT_TRUE(disk);
  EXPECT_EQ(disk->kind, BlurKind::defocus);
  EXPECT_DOUBLE_EQ(disk->size, 2.25);
  EXPECT_EQ(disk->outcome, BlurOutcome::undone);
  const auto motion = found_blur(R"({"family":"motion","size":9,"angle":-30,"outcome":"undone"})");
  ASSERT_TRUE(motion);
  EXPECT_EQ(motion->kind, BlurKind::motion);
  EXPECT_DOUBLE_EQ(motion->angle, 150);
  const auto kind_of = [](const char* family) {
    return found_blur(std::format(R"({{"family":"{}","outcome":"undone"}})", family))->kind;
  };
  EXPECT_EQ(kind_of("mixed"), BlurKind::defocus);
  EXPECT_EQ(kind_of("gauss"), BlurKind::softness);
  EXPECT_EQ(kind_of("shake"), BlurKind::shake);
  EXPECT_EQ(kind_of("new"), BlurKind::automatic);
}

TEST(FoundBlur, HasOneOutcome) {
  const auto outcome_of = [](const char* family, const char* outcome) {
    return found_blur(std::format(R"({{"family":"{}","outcome":"{}"}})", family, outcome))->outcome;
  };
  EXPECT_EQ(outcome_of("none", "sharp"), BlurOutcome::sharp);
  EXPECT_EQ(outcome_of("none", "left"), BlurOutcome::left);
  EXPECT_EQ(outcome_of("gauss", "left"), BlurOutcome::left);
  EXPECT_EQ(outcome_of("gauss", "undone"), BlurOutcome::undone);
  EXPECT_EQ(outcome_of("none", "undone"), BlurOutcome::edges);
}

TEST(FoundBlur, SaysWhetherTheSubjectWasFound) {
  EXPECT_FALSE(found_blur(R"({"family":"disk","outcome":"undone"})")->no_subject);
  EXPECT_TRUE(
      found_blur(R"({"family":"disk","outcome":"undone","subject_found":false})")->no_subject);
}

TEST(FoundBlur, IsEmptyWhereNothingIsSaid) {
  for (const char* text : {"", "[]", "{}", R"({"summary":"sharpened"})", R"({"family":"disk"})",
                           R"({"family":7,"outcome":"sharp"})"})
    EXPECT_FALSE(found_blur(text)) << text;
}

TEST(SummaryIn, IsOneShortLine) {
  EXPECT_EQ(summary_in(R"({"summary":"done\nwell"})"), "done well");
  EXPECT_EQ(summary_in("{}"), "");
  EXPECT_EQ(summary_in(std::format(R"({{"summary":"{}"}})", std::string(400, 'x'))), "");
}

}  // namespace
}  // namespace sharpen
