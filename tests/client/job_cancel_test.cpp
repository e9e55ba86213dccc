#include <chrono>
#include <thread>

#include "base/unix_time.h"
#include "client/jobs/fingerprint.h"
#include "client/jobs/job_run.h"
#include "client/jobs/job_steps.h"
#include "job_fixture.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using test::JobRoom;

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
  entry.upload_name = "not listed";
  entry.key_mark = key_mark(test::FakeTopaz::key, entry.upload_name);
  topaz.next("GET status", {.body = R"({"status":"Completed"})"});
  const auto result = resume(entry);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::not_found);
  EXPECT_TRUE(room.entries().empty());
}

TEST_F(Job, AListThatIsNotFoundSaysNothingOfTheJob) {
  ASSERT_TRUE(run());
  auto entry = room.entries().at(0);
  entry.step = JobStep::submitting;
  entry.process_id.clear();
  entry.result_file.clear();
  topaz.next("GET list", {.status = 404}, 100);
  ASSERT_FALSE(resume(entry));
  EXPECT_FALSE(room.entries().empty()) << "a job that was paid for was forgotten";
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
  topaz.next("DELETE cancel", {.status = 503}, 2);
  EXPECT_FALSE(cancel_job(entry, topaz.address(), room.home, nullptr));
  EXPECT_EQ(room.entries().size(), 1u);
  const auto late = cancel_job(entry, topaz.address(), room.home, nullptr);
  ASSERT_TRUE(late);
  EXPECT_FALSE(*late);
  EXPECT_EQ(room.entries().size(), 1u) << "what is charged can be fetched";
  EXPECT_TRUE(finish_job(77, room.home));
  EXPECT_TRUE(finish_job(0, room.home));
}

TEST_F(Job, TheSamePictureIsNotPaidForTwice) {
  topaz.next("GET status", {.status = 401});
  ASSERT_FALSE(run());
  auto other = room.request(topaz.address());
  other.settings.value(ParameterId::strength) = 0.7;
  ASSERT_TRUE(run(other));
  EXPECT_EQ(topaz.jobs(), 2);
  auto same = room.request(topaz.address());
  same.settings.max_cost = 100;  // decides nothing about the picture
  const auto result = run(same);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(topaz.jobs(), 2);
  ASSERT_TRUE(finish_job(result->journal_id, room.home));
  ASSERT_TRUE(run());
  EXPECT_EQ(topaz.jobs(), 3) << "a job that was placed is not looked at again";
}

TEST_F(Job, AFingerprintThatIsKnownIsTheSameAsItsOwn) {
  topaz.next("GET status", {.status = 401});
  ASSERT_FALSE(run());
  auto same = room.request(topaz.address());
  same.upload.fingerprint = fingerprint_of(same.upload.file, nullptr).value();
  EXPECT_EQ(room.entries().at(0).fingerprint, same.upload.fingerprint);
  ASSERT_TRUE(run(same));
  EXPECT_EQ(topaz.jobs(), 1);
  auto other = room.request(topaz.address());
  other.upload.fingerprint = "of another picture";
  ASSERT_TRUE(run(other));
  EXPECT_EQ(topaz.jobs(), 2) << "it was not made anew";
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
  std::chrono::steady_clock::time_point cancelled;
  std::jthread canceller([&] {
    while (topaz.count(now.slow) == 0) std::this_thread::sleep_for(5ms);
    std::this_thread::sleep_for(100ms);
    cancelled = std::chrono::steady_clock::now();
    g_cancellable_cancel(cancellable.get());
  });
  const auto result = run(request, cancellable.get());
  // The fake service answers one request after the other, so what is left of its delay comes first.
  EXPECT_LT(std::chrono::steady_clock::now() - cancelled, 600ms + 500ms);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled) << result.error().text();
  EXPECT_TRUE(result.error().hint.contains(now.says)) << result.error().hint;
  EXPECT_EQ(room.entries().size(), now.kept);
}

INSTANTIATE_TEST_SUITE_P(
    Stages, JobCancel,
    testing::Values(CancelCase{"estimate", "POST estimate", true, 0, "nothing is charged"},
                    CancelCase{"submit", "POST sharpen", true, 0, "or only for the part"},
                    CancelCase{"polling", "GET status", true, 0, "or only for the part"},
                    CancelCase{"address", "GET download", false, 1, "it is charged"},
                    CancelCase{"downloading", "GET result", false, 1, "it is charged"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST_F(Job, AServiceThatCannotBeToldKeepsTheJob) {
  topaz.set_states({"Processing"});
  topaz.next("DELETE cancel", {.status = 500}, 2);
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

TEST_F(Job, ACancelBeforeAnythingIsSentSaysThatNothingIsCharged) {
  const auto result = run_until(Stage::preparing);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_TRUE(result.error().hint.contains("nothing is charged")) << result.error().text();
  EXPECT_TRUE(topaz.api().requests().empty());
  EXPECT_TRUE(room.entries().empty());
  EXPECT_EQ(room.spooled_files(), 0u);
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
  EXPECT_EQ(pace_for({ServiceKind::topaz, "https://api.topazlabs.com", {}, {}}).first_poll, 2s);
  EXPECT_EQ(pace_for(topaz.address()).first_poll, 50ms);
  // A result is found soon after it is there: 2 % of its time later, and a first pause.
  EXPECT_LE(pace_for(topaz.address()).poll_growth, 1.02);
  EXPECT_LE(pace_for(topaz.address(ServiceKind::this_computer)).poll_growth, 1.02);
  const Pace quick = pace_for(topaz.address(ServiceKind::this_computer));
  Status soon;
  soon.eta = unix_now() + 1;
  auto pause = quick.first_poll;
  for (int i = 0; i < 60; ++i) pause = next_pause(pause, soon, quick);
  EXPECT_GE(pause, 70ms);
  topaz.set_states({"Processing"});
  auto service = open_service(topaz.address());
  ASSERT_TRUE(service);
  Pace pace = pace_for(topaz.address());
  pace.deadline = 120ms;
  const auto result =
      JobRun(topaz.address(), room.home, {}, nullptr, pace).start(room.request(topaz.address()));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timed_out);
  EXPECT_TRUE(result.error().hint.contains("Filters > Enhance")) << result.error().hint;
  EXPECT_EQ(topaz.count("DELETE cancel"), 0u);
  topaz.set_states({"Completed"});
  ASSERT_EQ(room.entries().size(), 1u);
  EXPECT_TRUE(resume(room.entries()[0]));
  pace.not_found_grace = 0ms;
  const auto gone = wait_until_done(**service, "unknown", pace, [](const Status&) {}, nullptr);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace sharpen
