// Cancel, while what tells the service of it goes wrong: whether the job is stopped, and what the
// user is told.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <format>
#include <ostream>
#include <thread>

#include "client/jobs/job_run.h"
#include "tests/client/fake_topaz.h"
#include "tests/client/fault_rows.h"
#include "tests/fault_proxy/service_process.h"

namespace sharpen::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr const char* key = "faults-cancel-key";

/// What the user hears, and so whether the job stays in the journal.
enum class Told { stopped, too_late, unknown };
struct CancelRow {
  std::string name;
  Fault fault;
  Told told = Told::stopped;
};

std::vector<CancelRow> cancel_rows() {
  using K = FaultKind;
  constexpr auto cancel = Exchange::cancel;
  std::vector<CancelRow> rows = {
      {"well", fault(cancel, K::none), Told::stopped},
      {"reset_before_body", fault(cancel, K::reset_before_body), Told::stopped},
      {"reset_before_body_always", fault(cancel, K::reset_before_body, always), Told::unknown},
      {"reset_after_body", fault(cancel, K::reset_after_body), Told::stopped},
      {"lose_answer", fault(cancel, K::lose_answer), Told::stopped},
      {"lose_answer_always", fault(cancel, K::lose_answer, always), Told::unknown},
      {"truncate", fault(cancel, K::truncate), Told::stopped},
      {"duplicate", fault(cancel, K::duplicate), Told::stopped},
      {"corrupt", fault(cancel, K::corrupt), Told::stopped},
      {"drip", slow(cancel, K::drip, 100us), Told::stopped},
      {"delay", slow(cancel, K::delay, 100ms), Told::stopped},
      {"delay_too_long", slow(cancel, K::delay, 2s), Told::unknown},
      {"refused", then_refusing(fault(Exchange::status, K::none, always), 2s), Told::unknown},
  };
  const std::pair<const char*, const char*> bodies[] = {
      {"json", R"({"message":"The fault proxy says no."})"},
      {"html", "<html>The fault proxy says no.</html>"},
      {"empty", ""}};
  for (const int status : {301, 401, 402, 403, 404, 409, 412, 413, 415, 422})
    for (const auto& [form, body] : bodies)
      rows.push_back({std::format("{}_{}", status, form), answering(cancel, status, body, always),
                      status == 409 ? Told::too_late : Told::unknown});
  for (const int status : {425, 429, 500, 502, 503, 504})
    for (const auto& [form, body] : bodies) {
      rows.push_back(
          {std::format("{}_{}", status, form), answering(cancel, status, body), Told::stopped});
      rows.push_back({std::format("{}_{}_always", status, form),
                      answering(cancel, status, body, always), Told::unknown});
    }
  return rows;
}
void PrintTo(const CancelRow& row, std::ostream* out) { *out << row.name; }

class FaultsOfCancel : public testing::TestWithParam<CancelRow> {
 protected:
  static void SetUpTestSuite() {
    folder_.emplace();
    proxy_.emplace();
    service_.emplace(
        std::filesystem::path(SERVICE_FOLDER) / "sharpen-service", folder_->path() / "state", key,
        std::vector<std::string>{"--engine", "identity", "--public-url", proxy_->result_url(),
                                 "--behaviour", "pending_ms=600000"});
    proxy_->connect(service_->url(), service_->download_url());
  }
  static void TearDownTestSuite() {
    service_.reset();
    proxy_.reset();
    folder_.reset();
  }

  static void wait_for_a_poll() {
    const int polled = proxy_->count(Exchange::status);
    while (proxy_->count(Exchange::status) == polled) std::this_thread::sleep_for(1ms);
  }

  static inline std::optional<TestFolder> folder_;
  static inline std::optional<FaultProxy> proxy_;
  static inline std::optional<ServiceProcess> service_;
  JobRoom room_;
};

TEST_P(FaultsOfCancel, TheUserKnowsWhetherItIsCharged) {
  const CancelRow& row = GetParam();
  proxy_->disarm();
  const ServiceAddress address{ServiceKind::topaz, proxy_->api_url(), key, {}};
  const auto cancellable = Ref<GCancellable>::adopt(g_cancellable_new());
  std::chrono::steady_clock::time_point cancelled;
  const std::jthread user([&] {
    wait_for_a_poll();
    proxy_->arm(row.fault);
    wait_for_a_poll();
    std::this_thread::sleep_for(20ms);
    cancelled = std::chrono::steady_clock::now();
    g_cancellable_cancel(cancellable.get());
  });
  const auto result =
      JobRun(address, room_.home, {}, cancellable.get(), quick).start(room_.request(address));
  EXPECT_LT(std::chrono::steady_clock::now() - cancelled, quick.cancel_limit + 500ms);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled) << result.error().text();
  const char* sentence = row.told == Told::stopped    ? "is not charged"
                         : row.told == Told::too_late ? "too late"
                                                      : "could not be told";
  EXPECT_THAT(result.error().hint, HasSubstr(sentence));
  const auto kept = room_.entries();
  ASSERT_EQ(kept.empty(), row.told == Told::stopped);
  proxy_->disarm();
  if (kept.empty()) return;
  const auto stopped = cancel_job(kept.front(), address, room_.home, nullptr);
  ASSERT_TRUE(stopped) << stopped.error().text();
  EXPECT_TRUE(room_.entries().empty());
  EXPECT_TRUE(service_->charges().empty());
}

INSTANTIATE_TEST_SUITE_P(Cancel, FaultsOfCancel, testing::ValuesIn(cancel_rows()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace sharpen::test
