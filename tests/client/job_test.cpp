#include "client/job.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <set>
#include <thread>

#include "client/job_steps.h"
#include "fake_topaz.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using test::FakeAnswer;
using test::FakeTopaz;
using test::JobRoom;
using Clock = std::chrono::steady_clock;

constexpr const char* html = "<html><body>502 Bad Gateway</body></html>";

class Job : public testing::Test {
 protected:
  Job() { topaz.set_result(room.picture(JobRoom::width, JobRoom::height)); }

  Result<JobResult> run(JobRequest request, GCancellable* cancellable = nullptr) {
    return run_job(
        request, room.home, [this](const JobProgress& now) { progress.push_back(now); },
        cancellable);
  }
  Result<JobResult> run() { return run(room.request(topaz.address())); }
  Result<JobResult> resume(const JournalEntry& entry) {
    EXPECT_TRUE(Journal::open(room.home.journal())->adopt(entry.id));
    return resume_job(entry, topaz.address(), room.home, {}, nullptr);
  }

  JobRoom room;
  FakeTopaz topaz;
  std::vector<JobProgress> progress;
};

TEST_F(Job, RunsFromEndToEnd) {
  auto request = room.request(topaz.address());
  request.settings.value(ParameterId::strength) = 0.5;
  const auto result = run(request);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(result->info.width, JobRoom::width);
  EXPECT_EQ(result->info.height, JobRoom::height);
  EXPECT_EQ(result->format, FileFormat::png);
  EXPECT_EQ(result->summary, "defocus, radius 4.1 px");
  ASSERT_TRUE(result->charged);
  EXPECT_EQ(result->charged->amount, 2);
  EXPECT_EQ(result->charged->unit, "credits");
  EXPECT_TRUE(std::filesystem::is_regular_file(result->file.path()));
  EXPECT_EQ(topaz.jobs(), 1);

  const auto entries = room.entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].id, result->journal_id);
  EXPECT_EQ(entries[0].step, JobStep::fetched);
  ASSERT_TRUE(finish_job(result->journal_id, room.home));
  EXPECT_TRUE(room.entries().empty());
  EXPECT_EQ(room.spooled_files(), 1u);  // the caller's own
}

TEST_F(Job, SendsTheContractsForm) {
  auto request = room.request(topaz.address());
  request.settings.value(ParameterId::strength) = 0.5;
  ASSERT_TRUE(run(request));
  const std::string form = topaz.form();
  const auto field = [](const std::string& name, const std::string& value) {
    return "Content-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  };
  EXPECT_TRUE(form.contains(field("model", "Lens Blur V2"))) << form.substr(0, 600);
  EXPECT_TRUE(form.contains(field("output_format", "png")));
  EXPECT_TRUE(form.contains(field("strength", "0.5")));
  EXPECT_TRUE(form.contains(field("face_enhancement", "false")));
  EXPECT_FALSE(form.contains("minor_denoise"));
  EXPECT_TRUE(form.contains("name=\"image\"; filename=\"gimp-"));
  EXPECT_TRUE(form.contains("Content-Type: image/png\r\n\r\n\x89PNG"));
  const auto requests = topaz.api().requests();
  EXPECT_EQ(requests[0].path, "/image/v1/sharpen/async");
  EXPECT_EQ(requests[0].header("content-length"), std::to_string(requests[0].body.size()));
}

TEST_F(Job, AGenerativeModelGoesToItsOwnEndpoint) {
  auto request = room.request(topaz.address());
  request.settings.model = "Super Focus V2";
  request.settings.max_cost = 5;
  ASSERT_TRUE(run(request));
  EXPECT_EQ(topaz.api().count("POST", "/image/v1/sharpen-gen/async"), 1u);
  EXPECT_EQ(topaz.api().count("POST", "/image/v1/estimate-gen"), 1u);
}

TEST_F(Job, TheKeyGoesToTheServiceOnly) {
  const auto result = run();
  ASSERT_TRUE(result);
  for (const auto& request : topaz.api().requests())
    EXPECT_EQ(request.header("x-api-key"), FakeTopaz::key) << request.path;
  const auto fetches = topaz.host().requests();
  ASSERT_EQ(fetches.size(), 1u);
  for (const auto& [name, value] : fetches[0].headers)
    EXPECT_FALSE(value.contains(FakeTopaz::key)) << name;
}

TEST_F(Job, ProgressNeverFallsAndNamesItsStages) {
  topaz.set_states({"Pending", "Processing", "Processing", "Pending", "Completed"});
  ASSERT_TRUE(run());
  double last = 0;
  std::set<Stage> stages;
  for (const JobProgress& now : progress) {
    ASSERT_TRUE(now.fraction);
    EXPECT_GE(*now.fraction, last);
    last = *now.fraction;
    stages.insert(now.stage);
  }
  EXPECT_EQ(last, 1);
  EXPECT_EQ(stages, (std::set<Stage>{Stage::preparing, Stage::uploading, Stage::waiting,
                                     Stage::sharpening, Stage::downloading}));
  for (const Stage stage : stages) EXPECT_NE(std::string(title_of(stage)), "");
}

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

INSTANTIATE_TEST_SUITE_P(Answers, JobLostAnswer,
                         testing::Values(FakeAnswer{.status = 0}, FakeAnswer{.status = 500},
                                         FakeAnswer{.status = 502, .body = html},
                                         FakeAnswer{.status = 504}, FakeAnswer{.body = ""},
                                         FakeAnswer{.body = "{}"},
                                         FakeAnswer{.body = R"({"process_id":"../../evil"})"},
                                         FakeAnswer{.body = std::string(2 << 20, 'x')}),
                         [](const auto& parameter) {
                           return "Case" + std::to_string(parameter.index);
                         });

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

TEST_F(Job, AKeyThatIsRefusedWhileWaitingKeepsTheJob) {
  topaz.next("GET status", {.status = 401});
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::key_refused);
  EXPECT_TRUE(result.error().hint.contains("Filters > Enhance")) << result.error().hint;
  ASSERT_EQ(room.entries().size(), 1u);
  EXPECT_TRUE(resume(room.entries()[0]));
}

TEST_F(Job, AFailedJobIsForgotten) {
  for (const char* state : {"Failed", "Cancelled"}) {
    topaz.set_states({"Processing", state});
    const auto result = run();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::service_failed);
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
  topaz.next("GET result", {.status = 403}, 2);
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
  for (const std::string& wrong : {room.picture(JobRoom::width + 1, JobRoom::height),
                                   std::string("{\"not\":\"a picture\"}"), good.substr(0, 40)}) {
    topaz.next("GET result", {.body = wrong}, 3);
    const auto result = run();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::bad_picture);
    ASSERT_EQ(room.entries().size(), 1u);
    EXPECT_EQ(room.entries()[0].step, JobStep::ready);
    const auto again = resume(room.entries()[0]);
    ASSERT_TRUE(again) << again.error().text();
    ASSERT_TRUE(finish_job(again->journal_id, room.home));
  }
}

TEST_F(Job, AResultThatIsTooLongIsNotRead) {
  topaz.next("GET result", {.body = std::string(3 << 20, 'x')});
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::too_large);
  EXPECT_EQ(room.entries().size(), 1u);
}

TEST_F(Job, AnEmptyResultIsFetchedAgain) {
  topaz.next("GET result", {.body = ""}, 2);
  ASSERT_TRUE(run());
}

TEST_F(Job, OtherFormatsAndDepthsAreTakenAsTheyCome) {
  topaz.set_result(room.picture(JobRoom::width, JobRoom::height, 8, FileFormat::jpeg));
  auto request = room.request(topaz.address());
  request.upload.bits = 16;
  request.upload.format = FileFormat::tiff;
  const auto result = run(request);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->format, FileFormat::jpeg);
  EXPECT_EQ(result->info.bits, 8);
  EXPECT_TRUE(topaz.form().contains("\r\n\r\ntiff\r\n"));
}

TEST_F(Job, ACostAboveTheLimitSendsNothing) {
  auto request = room.request(topaz.address());
  request.settings.max_cost = 1;
  const auto result = run(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::too_expensive);
  EXPECT_TRUE(result.error().message.contains("2 credits")) << result.error().message;
  EXPECT_TRUE(result.error().message.contains("1 credit")) << result.error().message;
  EXPECT_EQ(topaz.count("POST sharpen"), 0u);
  EXPECT_TRUE(room.entries().empty());
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Job, AnEstimateThatLagsBehindFallsBackToTheRule) {
  topaz.next("POST estimate", {.status = 400, .body = R"({"message":"Invalid model."})"});
  auto request = room.request(topaz.address());
  request.settings.max_cost = 1;
  EXPECT_TRUE(run(request));
  topaz.next("POST estimate", {.status = 401});
  request = room.request(topaz.address());
  request.settings.max_cost = 1;
  const auto refused = run(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::key_refused);
}

TEST_F(Job, WhatNoServiceTakesIsNotSent) {
  auto request = room.request(topaz.address());
  request.upload.width = 32001;
  EXPECT_EQ(run(request).error().kind, ErrorKind::too_large);
  request = room.request(topaz.address());
  request.upload.width = request.upload.height = 30000;
  EXPECT_EQ(run(request).error().kind, ErrorKind::too_large);
  request = room.request(topaz.address());
  request.upload.width = 0;
  EXPECT_EQ(run(request).error().kind, ErrorKind::bad_picture);
  request = room.request(topaz.address());
  std::filesystem::resize_file(request.upload.file, 500'000'000);
  EXPECT_EQ(run(request).error().kind, ErrorKind::too_large);
  request = room.request(topaz.address());
  std::filesystem::remove(request.upload.file);
  EXPECT_EQ(run(request).error().kind, ErrorKind::io);
  request = room.request(topaz.address());
  request.settings.model = "Sharper";
  EXPECT_EQ(run(request).error().kind, ErrorKind::bad_argument);
  request = room.request(topaz.address());
  request.service.key.clear();
  EXPECT_EQ(run(request).error().kind, ErrorKind::no_key);
  request = room.request(topaz.address());
  request.service.base_url = "http://example.org";
  EXPECT_EQ(run(request).error().kind, ErrorKind::bad_argument);
  EXPECT_TRUE(topaz.api().requests().empty());
}

TEST_F(Job, APreviewOnThisComputerLeavesNoTrace) {
  auto request = room.request(topaz.address(ServiceKind::this_computer));
  request.preview = true;
  request.upload.crop = {1, 2, JobRoom::width, JobRoom::height};
  request.upload.width = 100;
  request.upload.height = 200;
  request.upload.fast = true;
  {
    const auto result = run(request);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->journal_id, 0);
    EXPECT_FALSE(result->charged);
    EXPECT_NE(result->source_id, "");
    EXPECT_TRUE(topaz.form().contains("\r\n\r\n1,2,37,23\r\n"));
    EXPECT_TRUE(topaz.form().contains("name=\"fast\"\r\n\r\ntrue\r\n"));
    request.upload.file.clear();
    request.upload.source_id = result->source_id;
  }
  EXPECT_TRUE(room.entries().empty());
  EXPECT_EQ(room.spooled_files(), 0u);
  ASSERT_TRUE(run(request));
  EXPECT_TRUE(topaz.form().contains("name=\"source_id\""));
  EXPECT_FALSE(topaz.form().contains("name=\"image\""));
}

TEST_F(Job, EveryStepOfAKilledJobGoesOn) {
  const auto finished = run();
  ASSERT_TRUE(finished);
  auto entry = room.entries().at(0);
  const auto fetched = entry;
  // Killed after the fetch: nothing is asked of the service.
  auto requests = topaz.api().requests().size();
  ASSERT_TRUE(resume(fetched));
  EXPECT_EQ(topaz.api().requests().size(), requests);
  // The same with a file that the crash left damaged.
  std::filesystem::resize_file(fetched.result_file, 50);
  ASSERT_TRUE(resume(fetched));
  EXPECT_GT(topaz.api().requests().size(), requests);
  for (const JobStep step : {JobStep::running, JobStep::ready}) {
    entry.step = step;
    entry.result_file.clear();
    ASSERT_TRUE(resume(entry));
  }
  // Killed between the answer and the note of it.
  entry.step = JobStep::submitting;
  entry.process_id.clear();
  ASSERT_TRUE(resume(entry));
  EXPECT_EQ(topaz.count("POST sharpen"), 1u);
}

TEST_F(Job, AJobThatTheServiceForgotIsForgotten) {
  const auto finished = run();
  ASSERT_TRUE(finished);
  auto entry = room.entries().at(0);
  entry.step = JobStep::ready;
  entry.result_file.clear();
  topaz.next("GET download", {.status = 404, .body = R"({"message":"not found"})"});
  entry.download_url.clear();
  topaz.next("GET status", {.body = R"({"status":"Completed"})"});
  const auto result = resume(entry);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::not_found);
  EXPECT_TRUE(room.entries().empty());
}

TEST_F(Job, CancelJobSaysWhetherItIsCharged) {
  topaz.next("GET status", {.status = 401}, 2);
  ASSERT_FALSE(run());
  const auto stopped = cancel_job(room.entries().at(0), topaz.address(), room.home, nullptr);
  ASSERT_TRUE(stopped);
  EXPECT_TRUE(*stopped);
  EXPECT_TRUE(room.entries().empty());
  ASSERT_FALSE(run());
  topaz.set_can_cancel(false);
  auto entry = room.entries().at(0);
  entry.process_id.clear();  // looked up by its name
  topaz.next("DELETE cancel", {.status = 503});
  EXPECT_FALSE(cancel_job(entry, topaz.address(), room.home, nullptr));
  EXPECT_EQ(room.entries().size(), 1u);
  const auto late = cancel_job(entry, topaz.address(), room.home, nullptr);
  ASSERT_TRUE(late);
  EXPECT_FALSE(*late);
  EXPECT_TRUE(room.entries().empty());
  EXPECT_TRUE(finish_job(77, room.home));
  EXPECT_TRUE(finish_job(0, room.home));
}

struct CancelCase {
  const char* name;
  const char* slow;  ///< what the service is slow at
  bool can_cancel;
  std::size_t kept;  ///< entries that stay in the journal
  const char* says;
};
class JobCancel : public Job, public testing::WithParamInterface<CancelCase> {};

TEST_P(JobCancel, EndsSoonAndSaysWhetherItIsCharged) {
  const CancelCase& now = GetParam();
  topaz.set_states({"Processing"});
  if (std::string(now.slow) != "GET status") topaz.set_states({"Completed"});
  topaz.delay(now.slow, 700ms);
  topaz.set_can_cancel(now.can_cancel);
  auto request = room.request(topaz.address());
  request.settings.max_cost = 10;
  const auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  std::jthread canceller([&] {
    while (topaz.count(now.slow) == 0) std::this_thread::sleep_for(5ms);
    std::this_thread::sleep_for(100ms);
    g_cancellable_cancel(cancellable.get());
  });
  const auto result = run(request, cancellable.get());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled) << result.error().text();
  EXPECT_TRUE(result.error().hint.contains(now.says)) << result.error().hint;
  EXPECT_EQ(room.entries().size(), now.kept);
}

INSTANTIATE_TEST_SUITE_P(
    Stages, JobCancel,
    testing::Values(CancelCase{"estimate", "POST estimate", true, 0, "nothing is charged"},
                    CancelCase{"submit", "POST sharpen", true, 0, "is not charged"},
                    CancelCase{"polling", "GET status", true, 0, "is not charged"},
                    CancelCase{"address", "GET download", false, 1, "it is charged"},
                    CancelCase{"downloading", "GET result", false, 1, "it is charged"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST_F(Job, AServiceThatCannotBeToldKeepsTheJob) {
  topaz.set_states({"Processing"});
  topaz.next("DELETE cancel", {.status = 500});
  const auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  std::jthread canceller([&] {
    while (topaz.count("GET status") == 0) std::this_thread::sleep_for(5ms);
    g_cancellable_cancel(cancellable.get());
  });
  const auto result = run(room.request(topaz.address()), cancellable.get());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_TRUE(result.error().hint.contains("may be charged")) << result.error().hint;
  EXPECT_EQ(room.entries().size(), 1u);
}

TEST_F(Job, ACancelOnThisComputerForgetsAll) {
  topaz.set_states({"Processing"});
  topaz.set_can_cancel(false);
  const auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  std::jthread canceller([&] {
    while (topaz.count("GET status") == 0) std::this_thread::sleep_for(5ms);
    g_cancellable_cancel(cancellable.get());
  });
  const auto result =
      run(room.request(topaz.address(ServiceKind::this_computer)), cancellable.get());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text(), "Cancelled.");
  EXPECT_TRUE(room.entries().empty());
  EXPECT_EQ(room.spooled_files(), 0u);
}

TEST_F(Job, OurOwnPatienceIsLongAndEndsRecoverably) {
  EXPECT_GE(Pace{}.deadline, 90min);
  EXPECT_EQ(pace_for({ServiceKind::topaz, "https://api.topazlabs.com", {}, {}}).first_poll, 2s);
  EXPECT_EQ(pace_for(topaz.address()).first_poll, 50ms);
  topaz.set_states({"Processing"});
  auto service = open_service(topaz.address());
  ASSERT_TRUE(service);
  Pace pace = pace_for(topaz.address());
  pace.deadline = 120ms;
  const auto status =
      wait_until_done(**service, topaz.add_job("x"), pace, [](const Status&) {}, nullptr);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::timed_out);
  pace.not_found_grace = 0ms;
  const auto gone = wait_until_done(**service, "unknown", pace, [](const Status&) {}, nullptr);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::not_found);
}

TEST_F(Job, BalanceAndEstimateAreTheServicesOwn) {
  auto service = open_service(topaz.address());
  ASSERT_TRUE(service);
  const auto balance = (*service)->balance(nullptr);
  ASSERT_TRUE(balance);
  EXPECT_EQ(balance->available, 123);
  EXPECT_EQ(balance->unit, "credits");
  Settings settings;
  settings.value(ParameterId::strength) = 0.25;
  const auto price = (*service)->estimate(6000, 4000, settings, nullptr);
  ASSERT_TRUE(price);
  EXPECT_EQ(price->amount, 2);
  EXPECT_EQ(price->seconds, 30);
  EXPECT_TRUE(price->confirmed);
  const std::string sent = topaz.api().requests().back().body;
  EXPECT_TRUE(sent.contains(R"("category":"Sharpen")")) << sent;
  EXPECT_TRUE(sent.contains(R"("input_width":6000)")) << sent;
  EXPECT_TRUE(sent.contains(R"("strength":"0.25")")) << sent;
}

}  // namespace
}  // namespace sharpen
