#include "client/providers/http_errors.h"

#include <gtest/gtest.h>

#include <set>

namespace sharpen {
namespace {

using namespace std::chrono_literals;

HttpAnswer answer(int status, std::string body = {}) {
  return {.status = status, .headers = {}, .body = std::move(body)};
}

Error error_for(int status, std::string body = {}, ServiceKind service = ServiceKind::topaz) {
  return error_of(answer(status, std::move(body)), {service, "s3cret"});
}

TEST(HttpErrors, EveryCodeOfTheContractHasItsOwnSentence) {
  const std::pair<int, ErrorKind> expected[] = {{400, ErrorKind::refused},
                                                {401, ErrorKind::key_refused},
                                                {402, ErrorKind::no_credits},
                                                {403, ErrorKind::key_refused},
                                                {404, ErrorKind::not_found},
                                                {409, ErrorKind::conflict},
                                                {412, ErrorKind::no_subscription},
                                                {413, ErrorKind::too_large},
                                                {415, ErrorKind::refused},
                                                {422, ErrorKind::refused},
                                                {425, ErrorKind::busy},
                                                {429, ErrorKind::busy},
                                                {500, ErrorKind::service_failed},
                                                {502, ErrorKind::service_failed},
                                                {503, ErrorKind::service_failed},
                                                {504, ErrorKind::service_failed}};
  std::set<std::string> sentences;
  for (const auto& [status, kind] : expected) {
    const Error error = error_for(status);
    EXPECT_EQ(error.kind, kind) << status;
    EXPECT_NE(error.hint, "") << status;
    const std::string code = " (HTTP " + std::to_string(status) + ")";
    ASSERT_TRUE(error.message.ends_with(code)) << error.message;
    sentences.insert(error.message.substr(0, error.message.size() - code.size()));
  }
  EXPECT_EQ(sentences.size(), std::size(expected));
}

TEST(HttpErrors, AnAccountWithoutAPlanIsToldBothWays) {
  const Error error = error_for(412, R"({"message":"No valid subscription exists"})");
  EXPECT_TRUE(error.message.contains("subscription or credits")) << error.message;
  EXPECT_TRUE(error.hint.contains("plan or buy credits")) << error.hint;
}

TEST(HttpErrors, OtherCodesFallIntoTheirClass) {
  EXPECT_EQ(error_for(302).kind, ErrorKind::protocol);
  EXPECT_EQ(error_for(418).kind, ErrorKind::refused);
  EXPECT_EQ(error_for(599).kind, ErrorKind::service_failed);
  EXPECT_EQ(error_for(100).kind, ErrorKind::protocol);
}

TEST(HttpErrors, TheServicesWordsAreQuotedWhereverTheyStand) {
  for (const char* body : {R"({"code":400,"message":"Bad height."})", R"({"detail":"Bad height."})",
                           R"({"detail":[{"loc":["a"],"msg":"Bad height."}]})",
                           R"({"error":"Bad height."})", R"({"error":{"message":"Bad height."}})",
                           R"({"statusCode":"400","message":"Bad height."})"})
    EXPECT_TRUE(error_for(400, body).message.contains("“Bad height.”")) << body;
}

TEST(HttpErrors, NothingElseIsQuoted) {
  for (const char* body :
       {"", "<html><b>no</b></html>", "null", "[]", "7", "{\"message\":7}", "\xff"})
    EXPECT_FALSE(error_for(500, body).message.contains("“")) << body;
}

TEST(HttpErrors, ASecretOrAFloodIsCutOut) {
  const std::string message = error_for(401, R"({"message":"key s3cret, s3cret\n bad"})").message;
  EXPECT_FALSE(message.contains("s3cret")) << message;
  EXPECT_FALSE(message.contains("\n"));
  EXPECT_LT(error_for(400, "{\"message\":\"" + std::string(5000, 'x') + "\"}").message.size(),
            400u);
  std::string umlauts;
  for (int i = 0; i < 300; ++i) umlauts += "ü";
  const std::string cut = message_in("{\"message\":\"x" + umlauts + "\"}", {});
  EXPECT_TRUE(g_utf8_validate(cut.c_str(), -1, nullptr));
}

TEST(HttpErrors, TheAimlApiSays403ForCredits) {
  const char* body = R"({"message":"You've run out of credits. Please top up your balance"})";
  EXPECT_EQ(error_for(403, body, ServiceKind::aimlapi).kind, ErrorKind::no_credits);
  EXPECT_EQ(error_for(403, body, ServiceKind::topaz).kind, ErrorKind::key_refused);
  EXPECT_EQ(error_for(403, {}, ServiceKind::aimlapi).kind, ErrorKind::key_refused);
}

TEST(HttpErrors, RetryAfterIsSecondsOrADate) {
  const auto wait = [](const std::string& value) {
    HttpAnswer given = answer(429);
    given.headers = {{"retry-after", value}};
    return retry_after(given);
  };
  EXPECT_EQ(wait("7"), 7s);
  EXPECT_EQ(wait("99999"), 600s);
  EXPECT_EQ(wait("Wed, 21 Oct 2015 07:28:00 GMT"), 0s);
  EXPECT_EQ(wait("Wed, 21 Oct 2065 07:28:00 GMT"), 600s);
  EXPECT_FALSE(wait("soon"));
  EXPECT_FALSE(wait("-1"));
  EXPECT_FALSE(retry_after(answer(429)));
}

}  // namespace
}  // namespace sharpen
