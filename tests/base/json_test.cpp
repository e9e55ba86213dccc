#include "base/json.h"

#include <gtest/gtest.h>

namespace sharpen {
namespace {

TEST(Json, ReadsMembersOfEveryType) {
  const auto json = Json::parse(R"({"a":"x","b":2,"c":1.5,"d":true,"e":["p","q"],"f":null})");
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["a"].string(), "x");
  EXPECT_EQ((*json)["b"].integer(), 2);
  EXPECT_EQ((*json)["c"].number(), 1.5);
  EXPECT_EQ((*json)["d"].boolean(), true);
  EXPECT_EQ((*json)["e"].elements().size(), 2u);
  EXPECT_TRUE((*json)["f"].is_null());
}

TEST(Json, AMissingOrForeignMemberReadsAsNothing) {
  const auto json = Json::parse(R"({"a":"x"})");
  ASSERT_TRUE(json);
  EXPECT_FALSE((*json)["b"]["c"].string());
  EXPECT_FALSE((*json)["a"].number());
  EXPECT_FALSE((*json)["a"].boolean());
  EXPECT_TRUE((*json)["a"].elements().empty());
}

TEST(Json, ReadsANumberWrittenAsText) {
  const auto json = Json::parse(R"({"statusCode":"429"})");
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["statusCode"].integer(), 429);
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text : {"", "{", "<html>", "\xff\xfe", "{\"a\":}", "{}{}", "{} []"}) {
    const auto json = Json::parse(text);
    if (json) {
      EXPECT_TRUE(json->is_null()) << text;
      continue;
    }
    EXPECT_EQ(json.error().kind, ErrorKind::protocol) << text;
  }
}

TEST(Json, RefusesADocumentAboveTheBound) {
  const auto json = Json::parse("[1,2,3,4,5,6]", 5);
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().kind, ErrorKind::too_large);
}

TEST(JsonWriter, WritesWhatTheReaderReads) {
  JsonWriter writer;
  writer.begin_object().member("name", "ä\"").member("count", 3).member("ratio", 0.25);
  writer.member("ok", true).begin_array("list").element("a").end_array().end_object();
  const auto json = Json::parse(writer.text());
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["name"].string(), "ä\"");
  EXPECT_EQ((*json)["count"].integer(), 3);
  EXPECT_EQ((*json)["ratio"].number(), 0.25);
  EXPECT_EQ((*json)["ok"].boolean(), true);
  EXPECT_EQ((*json)["list"].elements().front().string(), "a");
}

}  // namespace
}  // namespace sharpen
