#include "ui/run/suggestion.h"

#include <gtest/gtest.h>

#include <format>
#include <string>

namespace sharpen {
namespace {

Suggestion of(const std::string& family, double size, double part = 1, double noise = 1,
              const std::string& outcome = "undone") {
  return suggestion_from(
      std::format(R"({{"outcome":"{}","family":"{}","size":{},"part":{},"noise":{}}})", outcome,
                  family, size, part, noise));
}

std::string model_of(const Suggestion& suggestion) {
  return suggestion.model ? suggestion.model->name : "";
}

TEST(Suggestion, NamesTheModelForEachBlur) {
  EXPECT_EQ(model_of(of("motion", 12.3)), "Motion Blur");
  EXPECT_EQ(of("motion", 12.3).text, "The camera or the subject moved by about 12 px.");
  EXPECT_EQ(model_of(of("shake", 9)), "Motion Blur");
  EXPECT_EQ(model_of(of("disk", 4)), "Lens Blur V2");
  EXPECT_EQ(model_of(of("gauss", 1.2)), "Standard");
  EXPECT_EQ(model_of(of("gauss", 4)), "Lens Blur V2");
  EXPECT_EQ(model_of(of("mixed", 3, 0.3)), "Refocus");
  EXPECT_EQ(model_of(of("mixed", 3, 0.9)), "Lens Blur V2");
  EXPECT_FALSE(of("mixed", 3, 0.9).needs_paid_service);
}

TEST(Suggestion, NamesNoModelForASharpPicture) {
  const Suggestion sharp = of("none", 0, 1, 1, "sharp");
  EXPECT_EQ(sharp.model, nullptr);
  EXPECT_EQ(sharp.text, "Already sharp: nothing has to be corrected.");
}

TEST(Suggestion, SaysWhatOnlyAPaidServiceMayDo) {
  for (const Suggestion& hard : {of("none", 0, 1, 1, "left"), of("mixed", 9.5)}) {
    EXPECT_TRUE(hard.needs_paid_service);
    EXPECT_EQ(model_of(hard), "Super Focus V3");
    EXPECT_TRUE(hard.text.contains("invented")) << hard.text;
  }
}

TEST(Suggestion, NamesNoiseThatIsSeen) {
  EXPECT_FALSE(of("disk", 4, 1, 1.5).text.contains("noisy"));
  EXPECT_TRUE(of("disk", 4, 1, 9).text.contains("noisy"));
}

TEST(Suggestion, KnowsNothingOfAnotherServicesAnswer) {
  for (const char* answer : {"", "[", "{}"}) {
    const Suggestion none = suggestion_from(answer);
    EXPECT_EQ(none.model, nullptr);
    EXPECT_TRUE(none.text.contains("could not be analysed")) << answer;
  }
}

}  // namespace
}  // namespace sharpen
