#include "base/json.h"

#include <gtest/gtest.h>

#include "base/glib_error.h"

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

TEST(JsonWriter, WritesAsJsonGlibDoes) {
  std::string odd = "a/b ä € \U0001F600 \"\\";
  for (char c = 1; c < 0x20; ++c) odd += c;
  odd += '\x7f';
  const auto builder = Ref<JsonBuilder>::adopt(json_builder_new());
  json_builder_begin_object(builder.get());
  json_builder_set_member_name(builder.get(), odd.c_str());
  json_builder_begin_array(builder.get());
  json_builder_add_string_value(builder.get(), odd.c_str());
  json_builder_add_string_value(builder.get(), "[{:,");
  for (const double each : {0.0, -3.0, 0.1, 1e15, -2.5e-7})
    json_builder_add_double_value(builder.get(), each);
  json_builder_begin_array(builder.get());
  json_builder_end_array(builder.get());
  json_builder_end_array(builder.get());
  json_builder_set_member_name(builder.get(), "n");
  json_builder_add_int_value(builder.get(), G_MININT64);
  json_builder_set_member_name(builder.get(), "b");
  json_builder_add_boolean_value(builder.get(), FALSE);
  json_builder_end_object(builder.get());
  const auto root = Ref<JsonNode>::adopt(json_builder_get_root(builder.get()));

  JsonWriter writer;
  writer.begin_object().begin_array(odd.c_str()).element(odd).element("[{:,");
  for (const double each : {0.0, -3.0, 0.1, 1e15, -2.5e-7}) writer.element(each);
  writer.begin_array().end_array().end_array();
  writer.member("n", std::int64_t{G_MININT64}).member("b", false).end_object();
  EXPECT_EQ(writer.text(), OwnedChars(json_to_string(root.get(), FALSE)).get());
  EXPECT_EQ(writer.text(true), OwnedChars(json_to_string(root.get(), TRUE)).get());
}

TEST(JsonWriter, AddsWhatWasRead) {
  const auto read = Json::parse(R"({"a":[1,"x",null]})");
  ASSERT_TRUE(read);
  JsonWriter writer;
  writer.begin_array().element(*read).element(Json()).element((*read)["a"]).end_array();
  EXPECT_EQ(writer.text(), R"([{"a":[1,"x",null]},null,[1,"x",null]])");
}

}  // namespace
}  // namespace sharpen
