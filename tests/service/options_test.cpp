#include "service/options.h"

#include <gtest/gtest.h>

#include <vector>

#include "service/api/catalogue.h"

namespace sharpen::server {
namespace {

Result<Options> parse(const std::vector<const char*>& arguments) {
  return parse_options(arguments);
}

TEST(Options, AreReadInBothSpellings) {
  const auto options = parse({"--port", "81", "--engine=identity", "--public-url", "https://a/b/",
                              "--behaviour=aimlapi_status=201"});
  ASSERT_TRUE(options) << options.error().text();
  EXPECT_EQ(options->port, 81);
  EXPECT_EQ(options->engine, EngineKind::identity);
  EXPECT_EQ(options->public_url, "https://a/b");
  EXPECT_EQ(options->behaviours.number("aimlapi_status"), 201);
  EXPECT_EQ(options->behaviours.number("keep_seconds"), 7 * 24 * 3600);
  EXPECT_TRUE(options->state.string().ends_with("remote-sharpen/service"));
}

TEST(Options, BelieveNoNumberThatDoesNotFit) {
  for (const char* wrong : {"", "-1", "65536", "8a", " 8", "0x10"})
    EXPECT_FALSE(parse({"--port", wrong})) << wrong;
}

TEST(Options, OfAQueueBelongTogether) {
  EXPECT_TRUE(parse({"--queue", "redis://host", "--store", "/pictures"}));
  EXPECT_FALSE(parse({"--queue", "redis://host"}));
  EXPECT_FALSE(parse({"--store", "/pictures"}));
}

TEST(Options, OfTestsAreShownToThoseWhoAskForThem) {
  for (const char* word : {"--balance", "--behaviour", "rate_limit"}) {
    EXPECT_FALSE(help_text(Help::normal).contains(word)) << word;
    EXPECT_TRUE(help_text(Help::with_tests).contains(word)) << word;
  }
}

TEST(Behaviours, HaveLawfulDefaults) {
  for (const Behaviour& row : behaviours()) {
    Behaviours chosen;
    EXPECT_TRUE(chosen.set(std::string(row.name) + "=" + row.value)) << row.name;
  }
}

TEST(Catalogue, ReadsNumbersLikeTheWireWritesThem) {
  EXPECT_EQ(number_from("0.5"), 0.5);
  EXPECT_EQ(number_from("-3"), -3);
  for (const char* wrong : {"", "0,5", " 1", "1 ", "inf", "nan", "1e999", "0x1", "+1"})
    EXPECT_FALSE(number_from(wrong)) << wrong;
}

TEST(Catalogue, ChargesByStartedMegapixels) {
  EXPECT_EQ(credits_for(1, 1, false), 1);
  EXPECT_EQ(credits_for(6000, 4000, false), 1);
  EXPECT_EQ(credits_for(6000, 4001, false), 2);
  EXPECT_EQ(credits_for(5000, 4000, true), 1);
  EXPECT_EQ(credits_for(6000, 4000, true), 2);
  EXPECT_EQ(credits_for(32000, 32000, false), 43);
}

}  // namespace
}  // namespace sharpen::server
