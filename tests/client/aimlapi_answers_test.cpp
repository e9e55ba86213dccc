#include "client/providers/aimlapi_answers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "base/json.h"
#include "test_folder.h"

namespace sharpen {
namespace {

class AnswerReader : public testing::Test {
 protected:
  /// Feeds a text in pieces of every size.
  std::optional<std::string> read(const std::string& text, std::size_t piece) {
    aimlapi::AnswerReader reader(folder.path() / "p", 1 << 20);
    for (std::size_t at = 0; at < text.size(); at += piece)
      if (!reader.take(
              std::as_bytes(std::span(text).subspan(at, std::min(piece, text.size() - at)))))
        return {};
    rest = reader.text();
    const auto found = reader.finish();
    if (!found || !*found) return {};
    return contents_of(folder.path() / "p");
  }

  TestFolder folder;
  std::string rest;
};

TEST_F(AnswerReader, FindsThePictureInPiecesOfAnySize) {
  const std::string text =
      R"({ "a" : "b64_json", "data": [{"b64_json" : "aGVs\/G8=", "x":"\"}"}]})";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const auto bytes = read(text, piece);
    ASSERT_TRUE(bytes) << piece;
    EXPECT_EQ(*bytes, "hel\xfco");
    EXPECT_TRUE(rest.contains(R"("b64_json" : "")")) << rest;
    EXPECT_TRUE(Json::parse(rest)) << rest;
  }
}

TEST_F(AnswerReader, SkipsTheHeadOfADataUri) {
  EXPECT_EQ(read(R"({"b64_json":"data:image/png;base64,aGVsbG8="})", 5), "hello");
}

TEST_F(AnswerReader, TakesNothingElseForAPicture) {
  for (const char* text : {R"({"b64_json":null,"url":"aGVsbG8="})", R"({"x":"b64_json"})",
                           R"(["b64_json","aGVsbG8="])", R"({"b64_json_x":"aGVsbG8="})", "", "{"})
    EXPECT_FALSE(read(text, 3)) << text;
}

TEST_F(AnswerReader, IsBoundedOutsideThePictureToo) {
  EXPECT_FALSE(read("{\"x\":\"" + std::string(2 << 20, 'y') + "\"}", 4096));
}

TEST(AimlAnswers, PricesAreReadByTheirUnit) {
  const auto price = [](const std::string& pricing) {
    const std::string body =
        R"({"data":[{"id":"other","pricing":{"kind":"fixed","units":[{"unit":"image","price":9}]}},
        {"id":"new","aliases":["topaz-labs/sharpen"],"pricing":)" +
        pricing + "}]}";
    return aimlapi::parse_price(body, "topaz-labs/sharpen", "Strong", 24.3);
  };
  EXPECT_EQ(price(R"({"kind":"fixed","units":[{"unit":"images","price":21,"per":100}]})"), 0.21);
  EXPECT_EQ(price(R"({"kind":"fixed","units":[{"name":"megapixel","price":0.5,"per":1}]})"), 12.5);
  EXPECT_EQ(price(R"({"kind":"variants","dimensions":["mode"],"variants":[
      {"when":{"mode":"Standard"},"unit":"image","price":1,"per":1},
      {"when":{"mode":"Strong"},"unit":"image","price":2,"per":1}]})"),
            2);
  // What cannot be told before the request is not guessed.
  for (const char* open :
       {R"({"kind":"variable"})", R"({"kind":"fixed","units":[]})", "null", "7",
        R"({"kind":"fixed","units":[{"unit":"second","price":1,"per":1}]})",
        R"({"kind":"fixed","units":[{"unit":"image","price":-1,"per":1}]})",
        R"({"kind":"fixed","units":[{"unit":"image","price":1,"per":0}]})",
        R"({"kind":"variants","variants":[{"when":{"size":"a"},"unit":"image","price":1},
            {"when":{"size":"b"},"unit":"image","price":2}]})"})
    EXPECT_FALSE(price(open)) << open;
  EXPECT_FALSE(aimlapi::parse_price("<html>", "topaz-labs/sharpen", "Strong", 1));
}

TEST(AimlAnswers, BadOnesAreErrors) {
  for (const char* text : {"", "[]", "7", "{\"data\":"}) EXPECT_FALSE(aimlapi::parse_answer(text));
  for (const char* text : {"", "{}", "{\"current_balance\":\"much\"}"})
    EXPECT_FALSE(aimlapi::parse_balance(text)) << text;
  EXPECT_FALSE(aimlapi::parse_answer(R"({"meta":{"usage":{"usd_spent":-3}}})")->cost);
}

}  // namespace
}  // namespace sharpen
