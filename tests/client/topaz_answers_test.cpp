#include "client/providers/topaz_answers.h"

#include <gtest/gtest.h>

namespace sharpen::topaz {
namespace {

TEST(TopazAnswers, ReadAStatusWhateverItLacks) {
  const auto full = parse_status(
      R"({"process_id":"p-1","filename":"a.png","status":"Completed","progress":100,"eta":1617220000,
          "credits":3,"output_width":10,"output_height":20,"options_json":"{\"a\":1}"})");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->state, JobState::completed);
  EXPECT_EQ(full->progress, 1);
  EXPECT_EQ(full->eta, 1617220000);
  EXPECT_EQ(full->cost, 3);
  EXPECT_EQ(full->output_width, 10u);
  EXPECT_EQ(full->filename, "a.png");
  EXPECT_EQ(full->options_json, "{\"a\":1}");
  const auto empty = parse_status(R"({"status":""})");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->state, JobState::processing);
  EXPECT_FALSE(empty->eta);
}

TEST(TopazAnswers, KnowTheWordsExactly) {
  const std::pair<const char*, JobState> words[] = {
      {"Pending", JobState::pending},     {"Processing", JobState::processing},
      {"Completed", JobState::completed}, {"Cancelled", JobState::cancelled},
      {"Failed", JobState::failed},       {"completed", JobState::processing},
      {"Canceled", JobState::processing}, {"", JobState::processing}};
  for (const auto& [word, state] : words)
    EXPECT_EQ(parse_status(R"({"status":")" + std::string(word) + "\"}")->state, state) << word;
}

TEST(TopazAnswers, ClampWildNumbers) {
  const auto wild = parse_status(
      R"({"status":"Processing","progress":-5,"output_width":-3,"output_height":1e30})");
  ASSERT_TRUE(wild);
  EXPECT_EQ(wild->progress, 0);
  EXPECT_EQ(wild->output_width, 0u);
  EXPECT_EQ(wild->output_height, 0u);
}

TEST(TopazAnswers, ReadBothFormsOfTheList) {
  const auto page = parse_status_page(
      R"({"data":[{"process_id":"a","filename":"x"},{"process_id":"../b"}],
          "pagination":{"next_cursor":"c2","has_next_page":true}})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->jobs.size(), 1u);
  EXPECT_EQ(page->next_cursor, "c2");
  const auto last =
      parse_status_page(R"({"data":[],"pagination":{"next_cursor":"c3","has_next_page":false}})");
  EXPECT_EQ(last->next_cursor, "");
  const auto array = parse_status_page(R"([{"process_id":"a"},{"process_id":"b"}])");
  EXPECT_EQ(array->jobs.size(), 2u);
  for (const char* bad : {"{}", "7", "", "{\"data\":7}"}) EXPECT_FALSE(parse_status_page(bad));
}

TEST(TopazAnswers, ReadTheAddressOfAResult) {
  EXPECT_EQ(parse_download(R"({"download_url":"https://a/b","url":"x"})").value_or(""),
            "https://a/b");
  EXPECT_EQ(parse_download(R"({"url":"https://a/c"})").value_or(""), "https://a/c");
  for (const char* bad : {"{}", "", "[]", R"({"url":""})", R"({"download_url":7})"})
    EXPECT_FALSE(parse_download(bad)) << bad;
}

TEST(TopazAnswers, RefuseWhatIsNoPriceOrBalance) {
  for (const char* bad : {"{}", "", R"({"credits":-1})", R"({"credits":"x"})"})
    EXPECT_FALSE(parse_estimate(bad)) << bad;
  EXPECT_FALSE(parse_estimate(R"({"credits":1})")->seconds);
  EXPECT_FALSE(parse_balance("{}"));
  EXPECT_EQ(parse_balance(std::string(2 << 20, ' ')).error().kind, ErrorKind::too_large);
}

TEST(TopazAnswers, AnIdMayNotLeaveItsPath) {
  EXPECT_TRUE(is_id("d7b3b3b3-7b3b-4b3b-8b3b-3b3b3b3b3b3b"));
  for (const std::string& bad : {std::string(), std::string("a/b"), std::string("a?b"),
                                 std::string(".."), std::string("a b"), std::string(129, 'a')})
    EXPECT_FALSE(is_id(bad)) << bad;
}

}  // namespace
}  // namespace sharpen::topaz
