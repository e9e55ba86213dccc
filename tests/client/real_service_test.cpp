// The main path and what the contract leaves open, against the sharpen-service that ships.

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "client/http/http.h"
#include "client/jobs/job.h"
#include "client/jobs/job_steps.h"
#include "client/providers/found_blur.h"
#include "fake_topaz.h"
#include "tests/fault_proxy/fault_proxy.h"
#include "tests/fault_proxy/service_process.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using test::JobRoom;

constexpr const char* key = "real-service-test-key";

/// The real service with some of its behaviours.
class RunningService {
 public:
  RunningService(const std::filesystem::path& folder, const std::vector<std::string>& behaviours)
      : process_(SERVICE_FOLDER "/sharpen-service", folder / "service", key,
                 arguments_of(behaviours)) {}

  ServiceAddress address(ServiceKind kind) const { return {kind, process_.url(), key, {}}; }
  void connect(test::FaultProxy& proxy) const {
    proxy.connect(process_.url(), process_.download_url());
  }
  std::size_t charges() const { return process_.charges().size(); }
  void kill_when_busy() const {
    HttpRequest metrics;
    metrics.url = process_.download_url() + "/metrics";
    for (std::string said; !said.contains("workers_busy 1"); std::this_thread::sleep_for(5ms))
      said = Http().send(metrics, nullptr).value_or(HttpAnswer{}).body;
    ::kill(process_.pid(), SIGKILL);
  }

 private:
  static std::vector<std::string> arguments_of(const std::vector<std::string>& behaviours) {
    std::vector<std::string> words = {"--engine", "identity", "--balance", "50", "--metrics"};
    for (const std::string& behaviour : behaviours) {
      words.emplace_back("--behaviour");
      words.push_back(behaviour);
    }
    return words;
  }

  test::ServiceProcess process_;
};

class RealService : public testing::Test {
 protected:
  Result<JobResult> run(const ServiceAddress& address, GCancellable* cancellable = nullptr) {
    return run_job(room.request(address), room.home, {}, cancellable);
  }

  JobRoom room;
};

TEST_F(RealService, SharpensAsTopazThisComputerAndOwnServer) {
  const RunningService service(room.folder.path(), {});
  for (const ServiceKind kind :
       {ServiceKind::topaz, ServiceKind::this_computer, ServiceKind::own_server}) {
    const auto result = run(service.address(kind));
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->info.width, JobRoom::width);
    EXPECT_EQ(summary_in(result->options_json), "returned as it came");
    ASSERT_TRUE(finish_job(result->journal_id, room.home));
  }
  EXPECT_TRUE(room.entries().empty());
}

TEST_F(RealService, SharpensAsTheAimlApiInBothForms) {
  for (const char* form : {"aimlapi_form=url", "aimlapi_form=b64_json"}) {
    const RunningService service(room.folder.path(), {form, "aimlapi_status=201"});
    const auto result = run(service.address(ServiceKind::aimlapi));
    ASSERT_TRUE(result) << form << ": " << result.error().text();
    EXPECT_TRUE(result->charged) << form;
  }
}

TEST_F(RealService, AnAnswerThatDiedWithTheServiceIsNotPaidForTwice) {
  test::FaultProxy proxy;  // the address outlives the service
  const ServiceAddress address{ServiceKind::aimlapi, proxy.api_url(), key, {}};
  {
    const RunningService killed(room.folder.path(), {"processing_ms=600000"});
    killed.connect(proxy);
    const std::jthread killer([&] { killed.kill_when_busy(); });
    const auto lost = run(address);
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().kind, ErrorKind::maybe_billed) << lost.error().text();
    EXPECT_TRUE(lost.error().text().contains("charged")) << lost.error().text();
  }
  const RunningService service(room.folder.path(), {});
  service.connect(proxy);
  const auto again = run(address);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::maybe_billed) << again.error().text();
  EXPECT_TRUE(again.error().hint.contains("forget this job")) << again.error().text();
  EXPECT_EQ(service.charges(), 0u) << "it was sent again, or what nobody waits for was worked on";
  ASSERT_EQ(room.entries().size(), 1u);
  ASSERT_TRUE(finish_job(room.entries()[0].id, room.home));
  EXPECT_TRUE(run(address));
  EXPECT_EQ(service.charges(), 1u);
}

TEST_F(RealService, ARefusedDataUriIsExplained) {
  const RunningService service(room.folder.path(),
                               {"aimlapi_data_uri=refuse", "aimlapi_status_code=string"});
  const auto result = run(service.address(ServiceKind::aimlapi));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::refused);
  EXPECT_TRUE(result.error().hint.contains("lie on the web")) << result.error().text();
}

TEST_F(RealService, WhatTheContractLeavesOpenDoesNotMatter) {
  for (const std::vector<std::string>& behaviours :
       {std::vector<std::string>{"first_polls_404=2"},
        {"progress=jumps", "processing_ms=400"},
        {"processing_word=Cooking", "processing_ms=300"},
        {"download_member=url"},
        {"rate_limit=3", "retry_after=1"},
        {"submit_error=429", "submit_errors=2"},
        {"error_body=html", "rate_limit=4"},
        {"icc=drop", "output_bits=8"}}) {
    const RunningService service(room.folder.path(), behaviours);
    const auto result = run(service.address(ServiceKind::topaz));
    EXPECT_TRUE(result) << behaviours[0] << ": " << result.error().text();
  }
}

TEST_F(RealService, ACancelledJobIsNotCharged) {
  const RunningService service(room.folder.path(), {"pending_ms=60000"});
  const auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  std::jthread canceller([&] {
    std::this_thread::sleep_for(400ms);
    g_cancellable_cancel(cancellable.get());
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto result = run(service.address(ServiceKind::topaz), cancellable.get());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 400ms + 500ms);
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().hint.contains("is not charged")) << result.error().text();
  auto asked = open_service(service.address(ServiceKind::topaz));
  ASSERT_TRUE(asked);
  const auto balance = (*asked)->balance(nullptr);
  ASSERT_TRUE(balance) << balance.error().text();
  EXPECT_EQ(balance->available, 50);
}

TEST_F(RealService, AFailedJobIsSaidSo) {
  const RunningService service(room.folder.path(), {"fail_jobs=yes"});
  const auto result = run(service.address(ServiceKind::topaz));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::service_failed);
  EXPECT_TRUE(room.entries().empty());
}

TEST_F(RealService, AWrongKeyAndNoCreditsHaveTheirSentence) {
  const RunningService service(room.folder.path(), {});
  auto address = service.address(ServiceKind::topaz);
  address.key = "wrong";
  EXPECT_EQ(run(address).error().kind, ErrorKind::key_refused);
  const RunningService poor(room.folder.path() / "poor", {"submit_error=402"});
  EXPECT_EQ(run(poor.address(ServiceKind::topaz)).error().kind, ErrorKind::no_credits);
}

TEST_F(RealService, APriceIsConfirmed) {
  const RunningService service(room.folder.path(), {});
  auto asked = open_service(service.address(ServiceKind::topaz));
  ASSERT_TRUE(asked);
  Settings settings;
  for (const Model& model : models()) {
    settings.model = model.name;
    const auto price = (*asked)->estimate(6000, 5000, settings, nullptr);
    if (!price) {
      // The vendor's list of models lags behind, and the service keeps to it.
      EXPECT_EQ(price.error().kind, ErrorKind::refused) << model.name;
      continue;
    }
    EXPECT_EQ(price->amount, offline_price(ServiceKind::topaz, 6000, 5000, settings).amount)
        << model.name;
  }
}

}  // namespace
}  // namespace sharpen
