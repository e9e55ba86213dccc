#include "client/providers/aimlapi.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/glib_error.h"
#include "base/json.h"
#include "base/sqlite.h"
#include "client/jobs/job.h"
#include "fake_topaz.h"

namespace sharpen {
namespace {

using test::FakeAnswer;
using test::FakeRequest;
using test::FakeServer;
using test::JobRoom;

constexpr const char* key = "aiml-key-91";

std::string base64(const std::string& bytes) {
  return OwnedChars(g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size()))
      .get();
}

class Aiml : public testing::Test {
 protected:
  Aiml()
      : picture(room.picture(JobRoom::width, JobRoom::height)),
        host([this](const FakeRequest&) { return FakeAnswer{.body = picture}; }),
        api([this](const FakeRequest&) { return next; }) {
    next.body = R"({"data":[{"url":")" + host.url() +
                R"(/r.png"}],"meta":{"usage":{"tokens_used":210000}}})";
  }

  JobRequest request() { return room.request({ServiceKind::aimlapi, api.url(), key, {}}); }
  Result<JobResult> run() { return run_job(request(), room.home, {}, nullptr); }

  JobRoom room;
  std::string picture;
  FakeAnswer next;
  FakeServer host, api;
};

TEST_F(Aiml, SendsTheContractsRequest) {
  auto sent = request();
  sent.settings.value(ParameterId::strength) = 0.5;
  sent.settings.max_cost = 0.2;
  ASSERT_TRUE(run_job(sent, room.home, {}, nullptr));
  auto requests = api.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].path, "/v1/models");
  EXPECT_EQ(requests[0].header("authorization"), "") << "prices are public";
  requests.erase(requests.begin());
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].path, "/v1/images/generations");
  EXPECT_EQ(requests[0].header("authorization"), std::string("Bearer ") + key);
  EXPECT_EQ(requests[0].header("content-length"), std::to_string(requests[0].body.size()));
  const auto json = Json::parse(requests[0].body);
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["model"].string(), "topaz-labs/sharpen");
  EXPECT_EQ((*json)["mode"].string(), "Lens Blur V2");
  EXPECT_EQ((*json)["output_format"].string(), "png");
  EXPECT_EQ((*json)["strength"].number(), 0.5);
  EXPECT_EQ((*json)["face_enhancement"].boolean(), false);
  const std::string uri = (*json)["image_url"].string().value_or("");
  EXPECT_TRUE(uri.starts_with("data:image/png;base64,iVBOR")) << uri.substr(0, 60);
  EXPECT_EQ(uri.substr(22), base64(picture));
}

TEST_F(Aiml, AGenerativeModeHasItsOwnModel) {
  auto sent = request();
  sent.settings.model = "Super Focus V2";
  sent.settings.value(ParameterId::focus_boost) = 0.5;
  ASSERT_TRUE(run_job(sent, room.home, {}, nullptr));
  EXPECT_TRUE(api.requests()[0].body.contains("topaz-labs/sharpen-gen"));
}

TEST_F(Aiml, AWholeNumberIsSentAsOne) {
  auto sent = request();
  sent.settings.model = "Super Focus";
  sent.settings.value(ParameterId::seed) = 7;
  ASSERT_TRUE(run_job(sent, room.home, {}, nullptr));
  EXPECT_TRUE(api.requests()[0].body.contains(R"("seed":7,)"))
      << api.requests()[0].body.substr(0, 300);
}

TEST_F(Aiml, AnAddressIsFetchedWithoutTheKey) {
  next.status = 201;
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  ASSERT_TRUE(result->charged);
  EXPECT_DOUBLE_EQ(result->charged->amount, 0.105);
  EXPECT_EQ(result->charged->unit, "USD");
  const auto fetches = host.requests();
  ASSERT_EQ(fetches.size(), 1u);
  EXPECT_EQ(fetches[0].header("authorization"), "");
  EXPECT_EQ(room.entries().at(0).step, JobStep::fetched);
}

TEST_F(Aiml, APlacedResultThatIsFetchedAgainIsUnfinishedMeanwhile) {
  const auto first = run();
  ASSERT_TRUE(first) << first.error().text();
  ASSERT_TRUE(placed_job(first->journal_id, room.home));
  std::optional<JobStep> meanwhile;
  const auto look = [&](const JobProgress& now) {
    if (now.stage == Stage::downloading && !meanwhile) meanwhile = room.entries().at(0).step;
  };
  const auto again = run_job(request(), room.home, look, nullptr);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_TRUE(again->paid_before);
  EXPECT_EQ(meanwhile, JobStep::ready) << "a run that is killed here has placed nothing";
}

TEST_F(Aiml, APictureInTheAnswerIsDecoded) {
  next.body = R"({"data":[{"url":null,"b64_json":")" + base64(picture) +
              R"("}],"meta":{"usage":{"usd_spent":0.2}}})";
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(result->charged->amount, 0.2);
  EXPECT_EQ(contents_of(result->file.path()), picture);
  ASSERT_TRUE(finish_job(result->journal_id, room.home));
  EXPECT_EQ(room.spooled_files(), 1u);
}

TEST_F(Aiml, APictureInTheAnswerIsKeptUntilItsImageIsSaved) {
  next.body = R"({"data":[{"url":null,"b64_json":")" + base64(picture) + R"("}]})";
  for (const bool again : {false, true}) {
    const auto result = run();
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->paid_before, again);
    ASSERT_TRUE(placed_job(result->journal_id, room.home));
  }
  EXPECT_EQ(api.requests().size(), 1u);
  const auto placed = *Journal::open(room.home.journal())->placed();
  ASSERT_EQ(placed.size(), 1u);
  EXPECT_EQ(room.spooled_files(), 1u);
  ASSERT_TRUE(finish_job(placed[0].id, room.home));
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Aiml, APictureInTheAnswerOutlivesADiskThatIsFullWhenItComes) {
  next.body = R"({"data":[{"b64_json":")" + base64(picture) + R"("}]})";
  ASSERT_TRUE(Journal::open(room.home.journal()));
  auto database = sqlite::Database::open(room.home.journal(), 1000);
  ASSERT_TRUE(
      database->run("CREATE TRIGGER full BEFORE UPDATE ON jobs WHEN NEW.step = 'fetched' "
                    "BEGIN SELECT RAISE(FAIL, 'full'); END"));
  const auto kept = run();
  ASSERT_FALSE(kept);
  EXPECT_TRUE(kept.error().text().contains("Filters > Enhance")) << kept.error().text();
  ASSERT_TRUE(database->run("DROP TRIGGER full"));
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->paid_before);
  EXPECT_EQ(api.requests().size(), 1u);
  ASSERT_TRUE(finish_job(result->journal_id, room.home));
  EXPECT_EQ(room.spooled_files(), 1u);
}

TEST_F(Aiml, AnAnswerThatWasCutOffWithItsProcessIsNoResult) {
  const auto sent = request();
  JournalEntry entry;
  entry.service = ServiceKind::aimlapi;
  entry.upload_name = "x";
  entry.original_file = sent.upload.file;
  entry.created = g_get_real_time() / G_USEC_PER_SEC;
  entry.id = *Journal::open(room.home.journal())->add(entry);
  for (const bool whole : {false, true}) {
    std::ofstream(answer_file(sent.upload.file)) << picture.substr(0, whole ? picture.npos : 500);
    const auto result = resume_job(entry, sent.service, room.home, {}, nullptr);
    ASSERT_EQ(result.has_value(), whole);
    if (!whole) {
      EXPECT_EQ(result.error().kind, ErrorKind::maybe_billed);
      ASSERT_TRUE(Journal::open(room.home.journal())->adopt(entry.id));
    }
  }
  EXPECT_TRUE(api.requests().empty());
}

TEST_F(Aiml, APictureInTheAnswerMayHaveLineBreaksAndEscapes) {
  const std::string plain = base64(picture);
  std::string wrapped;
  for (std::size_t at = 0; at < plain.size(); at += 76) wrapped += plain.substr(at, 76) + R"(\r\n)";
  for (std::size_t at; (at = wrapped.find('+')) != std::string::npos;)
    wrapped.replace(at, 1, R"(\u002b)");
  next.body = R"({"data":[{"b64_json":"data:image\/png;base64,)" + wrapped + R"("}]})";
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(contents_of(result->file.path()), picture);
}

TEST_F(Aiml, APictureMayBeInADataAddress) {
  for (const std::string before : {"", R"("b64_json":"",)", R"("b64_json":null,)"}) {
    next.body = R"({"data":[{)" + before + R"("url": "data:image\/png;base64,)" + base64(picture) +
                R"("}],"meta":{"usage":{"usd_spent":0.2}}})";
    const auto result = run();
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->charged->amount, 0.2);
    EXPECT_EQ(contents_of(result->file.path()), picture);
    ASSERT_TRUE(finish_job(result->journal_id, room.home));
  }
  EXPECT_TRUE(host.requests().empty());
  next.body = R"({"data":[{"url":"data:image/png;base64,)" + std::string(32 << 20, 'A') + R"("}]})";
  const auto endless = run();
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().kind, ErrorKind::maybe_billed);
}

TEST_F(Aiml, ADamagedPictureInTheAnswerIsSaidToBePaid) {
  next.body = R"({"data":[{"b64_json":")" + base64(picture.substr(0, 500)) + R"("}]})";
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::bad_picture);
  EXPECT_TRUE(result.error().hint.contains("may have been charged")) << result.error().hint;
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Aiml, APictureInTheAnswerOfAnotherSizeIsKeptToBeOffered) {
  const std::string other = room.picture(JobRoom::width + 1, JobRoom::height);
  next.body = R"({"data":[{"b64_json":")" + base64(other) + R"("}]})";
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::bad_picture);
  const auto kept = room.entries();
  ASSERT_EQ(kept.size(), 1u) << "it was paid for, and is nowhere else";
  ASSERT_TRUE(Journal::open(room.home.journal())->adopt(kept[0].id));
  const auto offered =
      resume_job(kept[0], {ServiceKind::aimlapi, api.url(), key, {}}, room.home, {}, nullptr);
  ASSERT_TRUE(offered) << offered.error().text();
  EXPECT_EQ(offered->info.width, JobRoom::width + 1);
  EXPECT_EQ(api.requests().size(), 1u);
}

TEST_F(Aiml, APictureInTheAnswerIsBounded) {
  next.body = R"({"data":[{"b64_json":")" + std::string(32 << 20, 'A') + R"("}]})";
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::maybe_billed);
}

TEST_F(Aiml, WhatMayHaveBeenBilledIsNeverSentAgain) {
  for (const FakeAnswer& answer :
       {FakeAnswer{.status = 0}, FakeAnswer{.status = 504, .body = "<html>"},
        FakeAnswer{.status = 502}, FakeAnswer{.body = ""}, FakeAnswer{.body = R"({"data":null})"},
        FakeAnswer{.body = R"({"data":[{"url":null,"b64_json":null}]})"},
        FakeAnswer{.status = 500, .body = R"({"message":"Internal server error"})"},
        FakeAnswer{.status = 503, .body = R"({"message":"Service unavailable"})"}}) {
    next = answer;
    const auto before = api.requests().size();
    for (int run_number = 0; run_number < 2; ++run_number) {
      const auto result = run();
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().kind, ErrorKind::maybe_billed) << result.error().text();
      EXPECT_TRUE(result.error().hint.contains("may have been charged")) << result.error().hint;
      EXPECT_FALSE(result.error().hint.contains("on the web")) << result.error().hint;
      EXPECT_EQ(api.requests().size(), before + 1);
    }
    const auto entries = room.entries();
    ASSERT_EQ(entries.size(), 1u);
    ASSERT_TRUE(finish_job(entries[0].id, room.home));  // a person has looked
    EXPECT_EQ(room.spooled_files(), 0u);
  }
}

TEST_F(Aiml, ARefusalOfDataUrisIsExplained) {
  for (const int status : {400, 413, 415, 422}) {
    next = {.status = status, .body = R"({"statusCode":"400","message":"Body validation error!"})"};
    const auto result = run();
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().hint.contains("lie on the web")) << result.error().text();
    EXPECT_TRUE(result.error().message.contains("Body validation error!"));
  }
}

TEST_F(Aiml, AModelThatWasWithdrawnIsSaidToBe) {
  auto sent = request();
  sent.settings.model = "Lens Blur";
  for (const FakeAnswer& answer :
       {FakeAnswer{.status = 404, .body = R"({"message":"Model is deprecated"})"},
        FakeAnswer{.status = 400, .body = R"({"message":"Invalid enum value of mode"})"},
        FakeAnswer{.status = 404}}) {
    next = answer;
    const auto result = run_job(sent, room.home, {}, nullptr);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::model_withdrawn);
    EXPECT_TRUE(result.error().message.starts_with("AI/ML API has withdrawn the model Lens Blur."))
        << result.error().message;
    EXPECT_TRUE(result.error().hint.contains("Choose Lens Blur V2")) << result.error().hint;
    EXPECT_TRUE(room.entries().empty());
    sent.upload = request().upload;
  }
  next = {.status = 400, .body = R"({"message":"Invalid url at image_url"})"};
  EXPECT_EQ(run_job(sent, room.home, {}, nullptr).error().kind, ErrorKind::refused);
}

TEST_F(Aiml, ThereIsNoJobThatASubmitCouldMean) {
  next = {.status = 404};
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::refused);
  EXPECT_TRUE(result.error().message.starts_with("There is no sharpen service at http://127."))
      << result.error().message;
}

TEST_F(Aiml, ErrorsHaveTheirOwnMeaning) {
  next = {.status = 403, .body = R"({"statusCode":403,"message":"You've run out of credits."})"};
  EXPECT_EQ(run().error().kind, ErrorKind::no_credits);
  next = {.status = 401, .body = R"({"message":"This request requires a valid API key"})"};
  EXPECT_EQ(run().error().kind, ErrorKind::key_refused);
}

TEST_F(Aiml, TooManyRequestsAreRepeated) {
  std::atomic<int> asked = 0;
  FakeServer busy([&](const FakeRequest&) { return asked++ ? next : FakeAnswer{.status = 429}; });
  auto sent = request();
  sent.service.base_url = busy.url();
  EXPECT_TRUE(run_job(sent, room.home, {}, nullptr));
  EXPECT_EQ(asked, 2);
}

TEST_F(Aiml, APriceAboveTheLimitSendsNothing) {
  auto sent = request();
  sent.settings.max_cost = 0.1;
  const auto result = run_job(sent, room.home, {}, nullptr);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::too_expensive);
  EXPECT_TRUE(result.error().message.contains("$0.105, more than your limit of $0.10"))
      << result.error().message;
  EXPECT_EQ(api.count("POST", "/v1/images/generations"), 0u);
}

TEST_F(Aiml, AParameterThatItDoesNotTakeSendsNothing) {
  auto sent = request();
  sent.settings.value(ParameterId::denoise_strength) = 0.5;
  const auto result = run_job(sent, room.home, {}, nullptr);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::bad_argument);
  EXPECT_TRUE(api.requests().empty());
}

TEST_F(Aiml, ACancelWhileItWorksIsSaidToBeCharged) {
  const auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  FakeServer slow([&](const FakeRequest&) {
    g_cancellable_cancel(cancellable.get());
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return next;
  });
  auto sent = request();
  sent.service.base_url = slow.url();
  const auto result = run_job(sent, room.home, {}, cancellable.get());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_TRUE(result.error().hint.contains("may have been charged")) << result.error().hint;
}

TEST_F(Aiml, AnInterruptedDownloadGoesOn) {
  next.body = R"({"data":[{"url":"http://127.0.0.1:1/gone"}]})";
  const auto result = run();
  ASSERT_FALSE(result);
  auto entry = room.entries().at(0);
  EXPECT_EQ(entry.step, JobStep::ready);
  entry.download_url = host.url() + "/r";
  ASSERT_TRUE(Journal::open(room.home.journal())->adopt(entry.id));
  const ServiceAddress address{ServiceKind::aimlapi, api.url(), key, {}};
  EXPECT_TRUE(resume_job(entry, address, room.home, {}, nullptr));
  EXPECT_EQ(api.requests().size(), 1u);
}

TEST_F(Aiml, AnAnswerLostInACrashIsSaidSo) {
  JournalEntry entry;
  entry.service = ServiceKind::aimlapi;
  entry.upload_name = "x";
  const ServiceAddress address{ServiceKind::aimlapi, api.url(), key, {}};
  const auto result = resume_job(entry, address, room.home, {}, nullptr);
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().hint.contains("may have been charged"));
  EXPECT_TRUE(api.requests().empty());
}

TEST_F(Aiml, TellsTheBalance) {
  next.body = R"({"current_balance":123.45,"currency":"USD"})";
  auto service = open_service({ServiceKind::aimlapi, api.url(), key, {}});
  ASSERT_TRUE(service);
  const auto balance = (*service)->balance(nullptr);
  ASSERT_TRUE(balance);
  EXPECT_EQ(balance->available, 123.45);
  EXPECT_EQ(balance->unit, "USD");
  EXPECT_EQ(api.requests().back().path, "/v2/billing");
  next = {.status = 401};
  EXPECT_EQ((*service)->balance(nullptr).error().kind, ErrorKind::key_refused);
  EXPECT_FALSE((*service)->status("x", nullptr));
  EXPECT_FALSE((*service)->find_by_name("x", nullptr));
  EXPECT_FALSE((*service)->cancel("x", nullptr));
  EXPECT_FALSE((*service)->download_url("x", nullptr));
}

TEST_F(Aiml, AsksThePriceAndFallsBackToTheRule) {
  auto service = open_service({ServiceKind::aimlapi, api.url(), key, {}});
  ASSERT_TRUE(service);
  next.body = R"({"object":"list","data":[{"id":"topaz-labs/sharpen","pricing":
      {"kind":"fixed","units":[{"name":"image","price":0.2,"per":1}]}}]})";
  const auto asked = (*service)->estimate(6000, 4000, {}, nullptr);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->amount, 0.2);
  EXPECT_TRUE(asked->confirmed);
  next.status = 503;
  const auto rule = (*service)->estimate(6000, 4000, {}, nullptr);
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->amount, 0.105);
  EXPECT_EQ(rule->unit, "USD");
  EXPECT_FALSE(rule->confirmed);
}

TEST_F(Aiml, ALimitBelowTheAskedPriceSendsNothing) {
  next.body = R"({"data":[{"id":"topaz-labs/sharpen","pricing":
      {"kind":"fixed","units":[{"name":"image","price":0.3,"per":1}]}}]})";
  auto sent = request();
  sent.settings.max_cost = 0.2;
  const auto result = run_job(sent, room.home, {}, nullptr);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::too_expensive);
  for (const auto& got : api.requests()) EXPECT_EQ(got.method, "GET");
}

}  // namespace
}  // namespace sharpen
