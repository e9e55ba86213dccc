#include "ui/widgets/text.h"

#include <glib.h>
#include <gtest/gtest.h>

namespace sharpen {
namespace {

TEST(DurationText, IsShort) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(11.2), "12 s");
  EXPECT_EQ(duration_text(120), "2 min");
  EXPECT_EQ(duration_text(200), "3 min 20 s");
  EXPECT_EQ(duration_text(3900), "1 h 5 min");
  EXPECT_EQ(duration_text(-3), "0 s");
}

TEST(AmountText, SaysTheUnit) {
  EXPECT_EQ(amount_text(1, "credits"), "1 credit");
  EXPECT_EQ(amount_text(0, "credits"), "0 credits");
  EXPECT_EQ(amount_text(12, "credits"), "12 credits");
  EXPECT_EQ(amount_text(0.12, "USD"), "$0.12");
  EXPECT_EQ(amount_text(0.065, "USD"), "$0.065");
}

TEST(MegapixelText, HasOneDigitUnlessItWouldBeZero) {
  EXPECT_EQ(megapixel_text(6000, 4000), "24.0 MP");
  EXPECT_EQ(megapixel_text(100, 100), "0.01 MP");
}

TEST(TimeText, NamesTheDay) {
  const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  EXPECT_TRUE(time_text(now).starts_with("today "));
  EXPECT_TRUE(time_text(now - 86400).starts_with("yesterday "));
  EXPECT_FALSE(time_text(now - 10 * 86400).starts_with("yesterday"));
}

TEST(FindingText, PutsNumbersIntoWords) {
  const std::pair<const char*, const char*> expected[] = {
      {R"("outcome":"undone","family":"none")", "No blur was undone; edges were emphasised"},
      {R"("outcome":"undone","family":"disk","size":4.1)", "Out of focus by 4.1 px, corrected"},
      {R"("outcome":"undone","family":"gauss","size":1.5)", "Soft by 1.5 px, corrected"},
      {R"("outcome":"undone","family":"motion","size":12,"angle":35)",
       "Moved by 12.0 px at 35 degrees, corrected"},
      {R"("outcome":"undone","family":"shake","size":14.2)", "Camera shaken over 14 px, corrected"},
      {R"("outcome":"undone","family":"mixed","size":2.4,"part":0.61,"subject_found":false)",
       "Out of focus by about 2.4 px in 61 percent of the picture, corrected. No subject stands "
       "out, so the whole picture was sharpened"},
      {R"("outcome":"left","family":"none")",
       "Blurred, but nothing that can be undone safely. Try Blur by hand, another model, a part of "
       "the picture, or a service that redraws what is lost"},
      {R"("outcome":"sharp","family":"none")",
       "Already sharp; nothing was changed. A Strength above 0.5 emphasises edges anyway"},
      {R"("summary":"Enhanced at 300 % with 4 models.")", "Enhanced at 300 % with 4 models."},
      {R"("strength":0.5)", ""}};
  for (const auto& [members, text] : expected)
    EXPECT_EQ(finding_text("{" + std::string(members) + "}"), text);
}

TEST(HostOf, LeavesOutTheRest) {
  EXPECT_EQ(host_of("https://api.topazlabs.com/image/v1"), "api.topazlabs.com");
  EXPECT_EQ(host_of("http://127.0.0.1:8080"), "127.0.0.1");
  EXPECT_EQ(host_of("nonsense"), "nonsense");
}

TEST(ModelTitle, OfAnUnknownModelIsTheServicesName) {
  EXPECT_EQ(model_title("Lens Blur V2"), "Lens Blur V2");
  EXPECT_EQ(model_title("other:Brand New"), "Brand New");
}

}  // namespace
}  // namespace sharpen
