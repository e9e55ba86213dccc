#include "client/providers/found_blur.h"

#include <gtest/gtest.h>

namespace sharpen {
namespace {

TEST(FoundBlur, IsReadInTheTermsOfABlurByHand) {
  const auto disk = found_blur(R"({"family":"disk","size":2.25,"outcome":"undone"})");
  ASSERT_TRUE(disk);
  EXPECT_EQ(disk->kind, BlurKind::defocus);
  EXPECT_DOUBLE_EQ(disk->size, 2.25);
  EXPECT_TRUE(disk->undone);
  const auto motion = found_blur(R"({"family":"motion","size":9,"angle":-30,"outcome":"undone"})");
  ASSERT_TRUE(motion);
  EXPECT_EQ(motion->kind, BlurKind::motion);
  EXPECT_DOUBLE_EQ(motion->angle, 150);
  EXPECT_EQ(found_blur(R"({"family":"mixed"})")->kind, BlurKind::defocus);
  EXPECT_EQ(found_blur(R"({"family":"gauss"})")->kind, BlurKind::softness);
  EXPECT_EQ(found_blur(R"({"family":"shake"})")->kind, BlurKind::shake);
}

TEST(FoundBlur, ThatWasLeftIsNotUndone) {
  EXPECT_FALSE(found_blur(R"({"family":"none","outcome":"sharp"})")->undone);
  EXPECT_FALSE(found_blur(R"({"family":"none","outcome":"undone"})")->undone)
      << "emphasised edges of a sharp picture";
  EXPECT_FALSE(found_blur(R"({"family":"gauss","outcome":"left"})")->undone);
  EXPECT_TRUE(found_blur(R"({"family":"none","outcome":"left"})")->left);
  EXPECT_FALSE(found_blur(R"({"family":"none","outcome":"left"})")->sharp);
  EXPECT_TRUE(found_blur(R"({"family":"none","outcome":"sharp"})")->sharp);
}

TEST(FoundBlur, OfOddValuesIsNoValueOfASetting) {
  EXPECT_EQ(found_blur(R"({"family":"disk","size":1000})")->size, 0);
  EXPECT_EQ(found_blur(R"({"family":"disk","size":0.1})")->size, 0);
  EXPECT_EQ(found_blur(R"({"family":"new"})")->kind, BlurKind::automatic);
  for (const char* text : {"", "[]", "{}", R"({"summary":"sharpened"})", R"({"family":7})"})
    EXPECT_FALSE(found_blur(text)) << text;
}

}  // namespace
}  // namespace sharpen
