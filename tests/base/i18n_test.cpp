#include "base/i18n.h"

#include <gtest/gtest.h>

namespace sharpen {
namespace {

TEST(I18n, FillsInPlaceholders) { EXPECT_EQ(tr("{} of {}", 1, 2), "1 of 2"); }

TEST(I18n, ATranslationThatDoesNotFitFallsBackToTheOriginal) {
  const int value = 7;
  EXPECT_EQ(detail::format_translated("{}", "{} {}", std::make_format_args(value)), "7");
}

TEST(I18n, ChoosesThePluralForm) {
  EXPECT_EQ(trn("{} credit", "{} credits", 1, 1), "1 credit");
  EXPECT_EQ(trn("{} credit", "{} credits", 3, 3), "3 credits");
}

}  // namespace
}  // namespace sharpen
