// What a network and a service can do wrong, at every stage of a job, against the real service: how
// the job ends, what it costs, and whether its result can still be had.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <format>
#include <ostream>

#include "client/http/download.h"
#include "client/jobs/job_run.h"
#include "tests/client/fake_topaz.h"
#include "tests/client/fault_rows.h"
#include "tests/fault_proxy/service_process.h"

namespace sharpen::test {

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

namespace {

using namespace std::chrono_literals;

constexpr const char* key = "faults-test-key";

class Faults : public testing::TestWithParam<Row> {
 protected:
  static void SetUpTestSuite() {
    folder_.emplace();
    proxy_.emplace();
    service_.emplace(
        std::filesystem::path(SERVICE_FOLDER) / "sharpen-service", folder_->path() / "state", key,
        std::vector<std::string>{"--engine", "identity", "--public-url", proxy_->result_url()});
    proxy_->connect(service_->url(), service_->download_url());
  }
  static void TearDownTestSuite() {
    service_.reset();
    proxy_.reset();
    folder_.reset();
  }

  Result<JobResult> start() {
    auto request = room_.request(address_);
    request.upload.name = name_;
    return JobRun(address_, room_.home, {}, nullptr, GetParam().pace).start(request);
  }

  /// What plug-in-remote-sharpen-recover does, once nothing is wrong any more.
  Result<JobResult> recover() {
    proxy_->disarm();
    auto journal = Journal::open(room_.home.journal());
    if (!journal) return fail(std::move(journal));
    const auto entries = journal->unfinished();
    if (!entries || entries->size() != 1) return fail(ErrorKind::internal, "not in the journal");
    const auto adopted = journal->adopt(entries->front().id);
    if (!adopted || !*adopted) return fail(ErrorKind::internal, "not adopted");
    return JobRun(address_, room_.home, {}, nullptr, quick).resume(**adopted);
  }

  int charges() const { return static_cast<int>(std::ranges::count(service_->charges(), name_)); }

  static inline std::optional<TestFolder> folder_;
  static inline std::optional<FaultProxy> proxy_;
  static inline std::optional<ServiceProcess> service_;
  JobRoom room_;
  std::string name_ = std::format("gimp-{}.png", GetParam().name);
  ServiceAddress address_{ServiceKind::topaz, proxy_->api_url(), key, {}};
};

TEST_P(Faults, EndAsTheyShould) {
  const Row& row = GetParam();
  proxy_->disarm();
  for (const Fault& made : row.faults) proxy_->arm(made);
  auto result = start();
  if (!row.error) {
    ASSERT_TRUE(result) << name_of(result.error().kind) << ": " << result.error().text();
  } else {
    ASSERT_FALSE(result);
    const bool unsent = row.may_be_unsent && result.error().kind == ErrorKind::network;
    const auto expected = unsent ? ErrorKind::network : *row.error;
    const auto keeps = unsent ? Keeps::nothing : row.keeps;
    EXPECT_EQ(name_of(result.error().kind), name_of(expected)) << result.error().text();
    EXPECT_FALSE(result.error().message.empty());
    EXPECT_THAT(result.error().text(), testing::Not(testing::HasSubstr(key)));
    EXPECT_EQ(room_.entries().empty(), keeps == Keeps::nothing);
    if (keeps == Keeps::the_job) {
      result = recover();
      EXPECT_EQ(result.has_value(), row.charges > 0) << (result ? "" : result.error().text());
    }
  }
  EXPECT_EQ(charges(), row.charges);
  if (!result) return;
  // What came in another size is kept and not fetched again: it will be a new image.
  const bool as_it_came = row.name.starts_with("result_wrong_size");
  EXPECT_EQ(result->info.width == JobRoom::width, !as_it_came);
  EXPECT_TRUE(finish_job(result->journal_id, room_.home));
  EXPECT_TRUE(room_.entries().empty());
}

TEST(FaultsOfSubmit, ARefusedConnectionCostsNothing) {
  JobRoom room;
  int closed = 0;
  {
    const FaultProxy gone;
    closed = std::stoi(gone.api_url().substr(gone.api_url().rfind(':') + 1));
  }
  const ServiceAddress address{
      ServiceKind::topaz, std::format("http://127.0.0.1:{}", closed), key, {}};
  const auto result = JobRun(address, room.home, {}, nullptr, quick).start(room.request(address));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::network) << result.error().text();
  EXPECT_TRUE(room.entries().empty());
}

TEST(FaultsOfResult, AHostThatDripsForEverIsGivenUp) {
  const TestFolder folder;
  const FakeServer host(
      [](const FakeRequest&) { return FakeAnswer{.body = std::string(1 << 20, 'x')}; });
  FaultProxy proxy;
  proxy.connect(host.url(), host.url());
  Fault dripping = slow(Exchange::result, FaultKind::drip, 2ms);
  dripping.times = always;
  proxy.arm(dripping);
  Http http;
  // At two milliseconds a byte it would take half an hour.
  const auto done =
      download_file(http, proxy.result_url() + "/r", proxy.api_url(), folder.path() / "result",
                    2 << 20, {}, nullptr, {.silence = 1s, .least = 4096, .tries = 2});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::network) << done.error().text();
  EXPECT_TRUE(done.error().message.contains("did not answer in time")) << done.error().text();
  EXPECT_EQ(proxy.count(Exchange::result), 2) << "a few bytes more are no progress";
}

using FaultsOnThisComputer = Faults;

TEST_P(FaultsOnThisComputer, AServiceThatDiedIsNotWaitedFor) {
  proxy_->disarm();
  for (const Fault& made : GetParam().faults) proxy_->arm(made);
  address_.kind = ServiceKind::this_computer;
  EXPECT_LT(pace_for(address_).unreachable, 1min);
  Pace impatient = quick;
  impatient.unreachable = 100ms;
  impatient.deadline = 10min;
  auto request = room_.request(address_);
  const auto result = JobRun(address_, room_.home, {}, nullptr, impatient).start(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::network);
  EXPECT_TRUE(recover());
}

const auto name_of_row = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Broken, Faults, testing::ValuesIn(broken_rows()), name_of_row);
INSTANTIATE_TEST_SUITE_P(Refused, Faults, testing::ValuesIn(refused_rows()), name_of_row);
INSTANTIATE_TEST_SUITE_P(Wrong, Faults, testing::ValuesIn(wrong_rows()), name_of_row);
INSTANTIATE_TEST_SUITE_P(Status, Faults, testing::ValuesIn(status_rows()), name_of_row);

INSTANTIATE_TEST_SUITE_P(
    Died, FaultsOnThisComputer,
    testing::Values(Row{.name = "died",
                        .faults = {fault(Exchange::status, FaultKind::reset_before_body, always)},
                        .error = ErrorKind::network}),
    name_of_row);

}  // namespace
}  // namespace sharpen::test
