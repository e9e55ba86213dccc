#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/sqlite.h"
#include "client/jobs/job_steps.h"
#include "job_fixture.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using test::FakeAnswer;
using test::FakeTopaz;
using test::JobRoom;
using Clock = std::chrono::steady_clock;

constexpr const char* html = "<html><body>502 Bad Gateway</body></html>";

struct Refusal {
  int status;
  ErrorKind kind;
};

class JobRefused : public Job, public testing::WithParamInterface<Refusal> {};

TEST_P(JobRefused, LeavesNothingBehind) {
  for (const char* body : {R"({"message":"because test-key-7f3a"})", html, ""}) {
    topaz.next("POST sharpen", {.status = GetParam().status, .body = body});
    const auto result = run();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, GetParam().kind) << result.error().text();
    EXPECT_NE(result.error().hint, "");
    EXPECT_FALSE(result.error().text().contains(FakeTopaz::key)) << result.error().text();
    EXPECT_FALSE(result.error().text().contains("<html>")) << result.error().text();
  }
  EXPECT_EQ(topaz.jobs(), 0);
  EXPECT_TRUE(room.entries().empty());
  EXPECT_EQ(room.spooled_files(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Codes, JobRefused,
    testing::Values(Refusal{301, ErrorKind::protocol}, Refusal{307, ErrorKind::protocol},
                    Refusal{400, ErrorKind::refused}, Refusal{401, ErrorKind::key_refused},
                    Refusal{402, ErrorKind::no_credits}, Refusal{403, ErrorKind::key_refused},
                    Refusal{404, ErrorKind::refused}, Refusal{405, ErrorKind::refused},
                    Refusal{409, ErrorKind::conflict}, Refusal{412, ErrorKind::no_subscription},
                    Refusal{413, ErrorKind::too_large}, Refusal{415, ErrorKind::refused},
                    Refusal{418, ErrorKind::refused}, Refusal{422, ErrorKind::refused}),
    [](const auto& parameter) { return std::to_string(parameter.param.status); });

TEST_F(Job, WaitsWhereNothingWasAccepted) {
  topaz.next("POST sharpen", {.status = 429, .headers = {{"Retry-After", "1"}}});
  topaz.next("POST sharpen", {.status = 425, .body = R"({"message":"Too early"})"});
  const auto begin = Clock::now();
  ASSERT_TRUE(run());
  EXPECT_GE(Clock::now() - begin, 1s);
  EXPECT_EQ(topaz.jobs(), 1);
}

class JobLostAnswer : public Job, public testing::WithParamInterface<FakeAnswer> {};

TEST_F(Job, AServiceWithTooMuchToDoIsAskedLongerThanAMomentThoughItDoesNotSayHowLong) {
  Pace pace;
  pace.first_backoff = pace.longest_backoff = 1ms;
  const auto service = *open_service(topaz.address());
  topaz.next("POST sharpen", {.status = 429}, 7);
  const auto request = room.request(topaz.address());
  EXPECT_TRUE(submit_once(*service, request.upload, request.settings, pace, {}, nullptr));
  topaz.next("GET balance", {.status = 429}, 7);
  EXPECT_TRUE(
      with_retries<Balance>(*service, pace, nullptr, [&] { return service->balance(nullptr); }));
  EXPECT_EQ(topaz.jobs(), 1);
}

TEST_P(JobLostAnswer, IsFoundByItsNameAndNotSentAgain) {
  topaz.take_but_answer(GetParam());
  topaz.next("GET list", {.status = 503, .body = html});
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(topaz.jobs(), 1);
  EXPECT_EQ(topaz.count("POST sharpen"), 1u);
}

TEST_P(JobLostAnswer, StaysInTheJournalIfItIsNotListed) {
  topaz.next("POST sharpen", GetParam());
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::maybe_billed);
  EXPECT_EQ(topaz.count("POST sharpen"), 1u);
  auto entries = room.entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].step, JobStep::submitting);

  // It turns up a little later after all.
  topaz.add_job(entries[0].upload_name);
  const auto late = resume(entries[0]);
  ASSERT_TRUE(late) << late.error().text();
  EXPECT_EQ(topaz.count("POST sharpen"), 1u);
  EXPECT_EQ(room.entries().at(0).step, JobStep::fetched);
}

INSTANTIATE_TEST_SUITE_P(
    Answers, JobLostAnswer,
    testing::Values(FakeAnswer{.status = 0}, FakeAnswer{.status = 500},
                    FakeAnswer{.status = 502, .body = html}, FakeAnswer{.status = 504},
                    FakeAnswer{.body = ""}, FakeAnswer{.status = 408, .body = html},
                    FakeAnswer{.body = "{}"}, FakeAnswer{.body = R"({"process_id":"../../evil"})"},
                    FakeAnswer{.body = std::string(2 << 20, 'x')}),
    [](const auto& parameter) { return "Case" + std::to_string(parameter.index); });

TEST_F(Job, AJobThatNeverArrivedIsForgottenLater) {
  topaz.next("POST sharpen", {.status = 0});
  ASSERT_FALSE(run());
  auto entry = room.entries().at(0);
  auto too_early = resume(entry);
  ASSERT_FALSE(too_early);
  EXPECT_EQ(too_early.error().kind, ErrorKind::maybe_billed);
  EXPECT_EQ(room.entries().size(), 1u);
  entry.created -= 3600;
  const auto late = resume(entry);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::not_found);
  EXPECT_TRUE(room.entries().empty());
}

TEST_F(Job, ThePictureOfAnEarlierJobThatNeverArrivedIsSent) {
  topaz.next("POST sharpen", {.status = 0});
  ASSERT_FALSE(run());
  ASSERT_TRUE(sqlite::Database::open(room.home.journal(), 1000)
                  ->run("UPDATE jobs SET created = created - 3600"));
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_FALSE(result->paid_before);
  EXPECT_EQ(topaz.jobs(), 1);
  ASSERT_EQ(room.entries().size(), 1u);
  EXPECT_TRUE(std::filesystem::exists(room.entries()[0].original_file)) << "recovery needs it";
}

TEST_F(Job, ThePictureOfAnEarlierJobThatFailedIsSent) {
  topaz.next("GET status", {.status = 401});
  ASSERT_FALSE(run());
  topaz.next("GET status", {.body = R"({"status":"Failed"})"});
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(topaz.jobs(), 2);
  EXPECT_EQ(room.entries().size(), 1u);
}

TEST_F(Job, AnEarlierJobOfThePictureThatIsStoppedIsNotSentAnew) {
  topaz.next("GET status", {.status = 401});
  ASSERT_FALSE(run());
  topaz.set_states({"Processing"});
  const auto result = run_until(Stage::sharpening);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(topaz.jobs(), 1);
  EXPECT_TRUE(room.entries().empty());
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Job, ALostJobMayTurnUpAQuarterOfAnHourAfterItWasSent) {
  topaz.next("POST sharpen", {.status = 0});
  bool slow = true;
  const auto upload_slowly = [&](const JobProgress& progress) {
    if (progress.stage == Stage::uploading && std::exchange(slow, false))
      std::this_thread::sleep_for(1100ms);
  };
  const auto begun = g_get_real_time() / G_USEC_PER_SEC;
  ASSERT_FALSE(run_job(room.request(topaz.address()), room.home, upload_slowly, nullptr));
  EXPECT_GT(room.entries().at(0).created, begun);
}

TEST_F(Job, WithAnotherKeyNoJobIsForgotten) {
  topaz.next("POST sharpen", {.status = 0});
  ASSERT_FALSE(run());
  auto entry = room.entries().at(0);
  EXPECT_EQ(entry.key_mark.size(), 8u);
  entry.created -= 3600;
  entry.key_mark = key_mark("another key", entry.upload_name);
  const auto result = resume(entry);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::key_refused);
  EXPECT_TRUE(result.error().message.contains("another key")) << result.error().text();
  EXPECT_EQ(cancel_job(entry, topaz.address(), room.home, nullptr).error().kind,
            ErrorKind::key_refused);
  EXPECT_EQ(room.entries().size(), 1u);
}

TEST_F(Job, ALostJobIsKeptWhileTheServiceCannotBeAsked) {
  topaz.next("POST sharpen", {.status = 0});
  ASSERT_FALSE(run());
  auto entry = room.entries().at(0);
  entry.created -= 3600;
  topaz.next("GET list", {.status = 401});
  EXPECT_EQ(resume(entry).error().kind, ErrorKind::key_refused);
  const ServiceAddress nowhere{ServiceKind::topaz, "http://example.org", "k", {}};
  ASSERT_TRUE(Journal::open(room.home.journal())->adopt(entry.id));
  EXPECT_FALSE(resume_job(entry, nowhere, room.home, {}, nullptr));
  const auto cancelled = Ref<GCancellable>::adopt(g_cancellable_new());
  g_cancellable_cancel(cancelled.get());
  ASSERT_TRUE(Journal::open(room.home.journal())->adopt(entry.id));
  const auto result = resume_job(entry, topaz.address(), room.home, {}, cancelled.get());
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_FALSE(result.error().hint.contains("nothing is charged"));
  EXPECT_EQ(room.entries().size(), 1u);
}

TEST_F(Job, IdsAreTakenFromTheHeadersToo) {
  const std::string id = topaz.add_job("x");
  topaz.next("POST sharpen", {.body = "", .headers = {{"X-Process-ID", id}}});
  ASSERT_TRUE(run());
  EXPECT_EQ(topaz.count("GET list"), 0u);
}

TEST_F(Job, FaultsWhileWaitingMeanStillRunning) {
  topaz.next("GET status", {.status = 404, .body = R"({"message":"not found"})"}, 2);
  topaz.next("GET status", {.status = 429});
  topaz.next("GET status", {.status = 500, .body = html});
  topaz.next("GET status", {.status = 0});
  topaz.next("GET status", {.body = "not json"});
  topaz.next("GET status", {.body = R"({"status":"Daydreaming","progress":400})"});
  topaz.next("GET status", {.body = R"({"status":7,"progress":"x","eta":null})"});
  topaz.set_states({"Processing", "Pending", "Completed"});
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
}

TEST_F(Job, WhatIsNeverTheServicesStatusIsNotAskedForHours) {
  Pace pace;
  pace.first_backoff = pace.longest_backoff = std::chrono::milliseconds(1);
  const auto service = *open_service(topaz.address());
  for (const std::string& foreign :
       {std::string("<html>Welcome to our hotel</html>"), std::string("\x1f\x8b\x08 packed"),
        std::string(R"({"login":"wanted"})"), std::string(2 << 20, '<')}) {
    topaz.next("GET status", {.body = foreign}, 20);
    const auto before = topaz.count("GET status");
    const auto status =
        wait_until_done(*service, topaz.add_job("x"), pace, [](const Status&) {}, nullptr);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::protocol);
    EXPECT_TRUE(status.error().text().contains("login")) << status.error().text();
    EXPECT_EQ(topaz.count("GET status") - before, 8u);
    topaz.forget("GET status");
  }
}

TEST_F(Job, APackedStatusIsRead) {
  topaz.next("GET status", {.body = test::gzipped(R"({"status":"Failed"})"),
                            .headers = {{"Content-Encoding", "gzip"}}});
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::service_failed);
}

TEST_F(Job, AResultWhoseHostLagsBehindIsWaitedFor) {
  topaz.next("GET result", {.status = 404}, 3);
  const auto begin = Clock::now();
  const auto result = run();
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_GE(Clock::now() - begin, 200ms) << "it was asked again without a pause";
}

TEST_F(Job, AKeyThatIsRefusedWhileWaitingKeepsTheJob) {
  topaz.next("GET status", {.status = 401});
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::key_refused);
  EXPECT_TRUE(result.error().hint.contains("Filters > Enhance")) << result.error().hint;
  ASSERT_EQ(room.entries().size(), 1u);
  EXPECT_TRUE(resume(room.entries()[0]));
}

TEST_F(Job, ItIsSaidOnceThatAJobIsKeptAndWhoseFaultItsAddressIs) {
  for (const std::string address :
       {"ftp://example.org/x", "http://example.org/x", "https://127.0.0.1@example.org/x"}) {
    topaz.next("GET download", {.body = R"({"download_url":")" + address + R"("})"});
    const auto result = run();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::protocol);
    const std::string text = result.error().text();
    EXPECT_TRUE(text.contains("The service named an address")) << text;
    EXPECT_FALSE(text.contains("Correct the address")) << text;
    EXPECT_NE(text.find("The job is not lost"), text.npos) << text;
    EXPECT_EQ(text.find("The job is not lost"), text.rfind("The job is not lost")) << text;
    ASSERT_EQ(room.entries().size(), 1u);
    ASSERT_TRUE(finish_job(room.entries()[0].id, room.home));
  }
}

TEST_F(Job, AFailedJobIsForgotten) {
  for (const char* state : {"Failed", "Cancelled"}) {
    topaz.set_states({"Processing", state});
    const auto result = run();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::service_failed);
    EXPECT_EQ(result.error().hint.contains("or only for the part that was done"),
              state == std::string("Cancelled"))
        << result.error().hint;
    EXPECT_TRUE(room.entries().empty());
    EXPECT_EQ(room.spooled_files(), 0u);
  }
}

TEST_F(Job, AnExpiredAddressIsAskedForAgain) {
  topaz.next("GET download", {.status = 409, .body = R"({"message":"not ready"})"}, 2);
  topaz.next("GET result", {.status = 403, .body = "<Error>expired</Error>"});
  ASSERT_TRUE(run());
  EXPECT_EQ(topaz.count("GET download"), 4u);
  EXPECT_EQ(topaz.count("GET result"), 2u);
}

TEST_F(Job, AnAddressThatStaysRefusedKeepsTheJob) {
  topaz.next("GET result", {.status = 403}, 5);
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::service_failed);
  ASSERT_EQ(room.entries().size(), 1u);
  EXPECT_TRUE(resume(room.entries()[0]));
}

TEST_F(Job, ADamagedResultIsFetchedAgain) {
  const std::string good = room.picture(JobRoom::width, JobRoom::height);
  std::string corrupt = good;
  for (std::size_t i = corrupt.size() / 2; i < corrupt.size() / 2 + 40; ++i) corrupt[i] ^= 0x55;
  topaz.next("GET result", {.body = good.substr(0, good.size() / 2)});
  topaz.next("GET result", {.body = corrupt});
  ASSERT_TRUE(run());
  EXPECT_EQ(topaz.count("GET result"), 3u);
}

TEST_F(Job, AWrongResultIsAnErrorAndStaysRecoverable) {
  const std::string good = room.picture(JobRoom::width, JobRoom::height);
  for (const std::string& wrong : {std::string("{\"not\":\"a picture\"}"), good.substr(0, 40)}) {
    topaz.next("GET result", {.body = wrong}, 3);
    const auto result = run();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::bad_picture);
    const std::string& hint = result.error().hint;
    EXPECT_NE(hint.find("Filters > Enhance"), hint.npos) << hint;
    EXPECT_EQ(hint.find("Filters > Enhance"), hint.rfind("Filters > Enhance")) << "it is said once";
    ASSERT_EQ(room.entries().size(), 1u);
    EXPECT_EQ(room.entries()[0].step, JobStep::ready);
    const auto again = resume(room.entries()[0]);
    ASSERT_TRUE(again) << again.error().text();
    ASSERT_TRUE(finish_job(again->journal_id, room.home));
  }
}

TEST_F(Job, AResultThatIsTooLongIsNotRead) {
  topaz.next("GET result", {.body = std::string(17 << 20, 'x')});
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::too_large);
  EXPECT_EQ(room.entries().size(), 1u);
}

TEST_F(Job, AnEmptyResultIsFetchedAgain) {
  topaz.next("GET result", {.body = ""}, 2);
  ASSERT_TRUE(run());
}

}  // namespace
}  // namespace sharpen
