#include "service/http/data_uri_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace sharpen::server {
namespace {

struct Outcome {
  unsigned refused = 0;  ///< status, 0 if it was read
  Json json;
  std::optional<std::string> image;
};

Outcome read(std::string_view body, std::size_t piece, std::uint64_t limit = 1000) {
  DataUriReader reader("image_url", limit,
                       std::filesystem::path(testing::TempDir()) / "data-uri-reader");
  for (std::size_t at = 0; at < body.size(); at += piece)
    if (const auto fed = reader.feed(body.substr(at, piece)); !fed)
      return {.refused = fed.error().status, .json = {}, .image = {}};
  auto finished = reader.finish();
  if (!finished) return {.refused = finished.error().status, .json = {}, .image = {}};
  Outcome outcome{.refused = 0, .json = finished->json, .image = {}};
  if (!finished->image.empty()) {
    std::ifstream stream(finished->image.path(), std::ios::binary);
    outcome.image = std::string(std::istreambuf_iterator<char>(stream), {});
  }
  return outcome;
}

TEST(DataUriReader, DecodesTheMemberAndKeepsTheRest) {
  constexpr std::string_view body =
      R"({"a":{"image_url":"data:x;base64,AAAA"},"b":"\"image_url\":,","image_url" : )"
      R"("data:image\/png;base64,aGVs\/G8gd29ybGQ=" , "c":[1,"image_url"],"strength":0.5})";
  // The head of a URI is kept as it was written, escapes and all.
  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    const Outcome outcome = read(body, piece);
    ASSERT_EQ(outcome.refused, 0u) << piece;
    ASSERT_TRUE(outcome.image) << piece;
    EXPECT_EQ(*outcome.image, "hel\xfco world");
    EXPECT_EQ(outcome.json["image_url"].string(), "data:image/png;base64,");
    EXPECT_EQ(outcome.json["a"]["image_url"].string(), "data:x;base64,AAAA");
    EXPECT_EQ(outcome.json["b"].string(), "\"image_url\":,");
    ASSERT_EQ(outcome.json["c"].elements().size(), 2u);
    EXPECT_EQ(outcome.json["c"].elements()[1].string(), "image_url");
    EXPECT_EQ(outcome.json["strength"].number(), 0.5);
  }
}

TEST(DataUriReader, LeavesOtherAddressesAlone) {
  const Outcome outcome = read(R"({"image_url":"https://example.org/a,b.png"})", 5);
  EXPECT_EQ(outcome.json["image_url"].string(), "https://example.org/a,b.png");
  EXPECT_FALSE(outcome.image);
}

TEST(DataUriReader, RefusesWhatIsMalformed) {
  const std::string head = R"({"image_url":"data:image/png;base64,)";
  EXPECT_EQ(read(head + "ab\"}", 3).refused, 400u) << "not a multiple of four";
  EXPECT_EQ(read(head + "ab=c\"}", 3).refused, 400u) << "padding inside";
  EXPECT_EQ(read(head + "a===\"}", 3).refused, 400u) << "too much padding";
  EXPECT_EQ(read(head + "ab c\"}", 3).refused, 400u) << "a space";
  EXPECT_EQ(read(head + "ab\\nc\"}", 3).refused, 400u) << "an escape";
  EXPECT_EQ(read(head + "abcd", 3).refused, 400u) << "cut";
  EXPECT_EQ(read(head + R"(abcd","image_url":"data:;base64,abcd"})", 3).refused, 400u) << "twice";
  EXPECT_EQ(read(R"({"image_url":"data:image/png,abcd"})", 3).refused, 400u) << "not base64";
  for (const std::size_t piece : {1, 2, 3, 100})
    EXPECT_EQ(read(head + std::string(4000, 'A') + "\"}", piece).refused, 413u)
        << "too large in pieces of " << piece;
  EXPECT_EQ(read(head + std::string(1333, 'A') + "A==\"}", 1).refused, 0u) << "the limit itself";
  EXPECT_EQ(read("{\"a\":\"" + std::string(100'000, 'x') + "\"}", 1000).refused, 413u);
  EXPECT_EQ(read("[]", 1).refused, 400u);
}

}  // namespace
}  // namespace sharpen::server
