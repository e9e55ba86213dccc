// What a network and a service can do wrong, at every stage of a job, against the real service: how
// the job ends, what it costs, and whether its result can still be had.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <format>
#include <ostream>

#include "client/job_run.h"
#include "tests/client/fake_topaz.h"
#include "tests/fault_proxy/fault_proxy.h"
#include "tests/fault_proxy/service_process.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using test::Exchange;
using test::Fault;
using test::FaultKind;
using test::FaultProxy;
using test::JobRoom;
using test::ServiceProcess;

constexpr const char* key = "faults-test-key";

constexpr Pace quick = {.first_poll = 2ms,
                        .longest_poll = 10ms,
                        .poll_growth = 1.5,
                        .first_backoff = 2ms,
                        .longest_backoff = 10ms,
                        .not_found_grace = 300ms,
                        .deadline = 2s,
                        .cancel_limit = 500ms,
                        .tries = 3};
constexpr int always = 1000;

/// How a job ends.
enum class Keeps { nothing, the_job };
struct Row {
  std::string name;
  std::vector<Fault> faults;
  std::optional<ErrorKind> error;  ///< empty: the result comes in spite of it
  int charges = 1;                 ///< when the fault is over and the job was recovered
  Keeps keeps = Keeps::nothing;    ///< in the journal, if it failed
  /// Whether the whole request had left when the connection broke is a race: if not, the error is
  /// `network` and nothing is kept.
  bool may_be_unsent = false;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

Fault fault(Exchange exchange, FaultKind kind, int times = 1) {
  Fault made;
  made.exchange = exchange;
  made.kind = kind;
  made.times = times;
  return made;
}

Fault answering(Exchange exchange, int status, std::string body = {}, int times = 1,
                FaultKind kind = FaultKind::answer) {
  Fault made = fault(exchange, kind, times);
  made.status = status;
  made.content_type = body.starts_with('<') ? "text/html" : "application/json";
  made.body = std::move(body);
  return made;
}

Fault rewriting(Exchange exchange, std::string find, std::string with, int times = 1) {
  Fault made = fault(exchange, FaultKind::rewrite, times);
  made.find = std::move(find);
  made.body = std::move(with);
  return made;
}

Fault slow(Exchange exchange, FaultKind kind, std::chrono::microseconds pause) {
  Fault made = fault(exchange, kind);
  made.pause = pause;
  return made;
}

const char* name_of(Exchange exchange) {
  switch (exchange) {
    case Exchange::submit:
      return "submit";
    case Exchange::status:
      return "status";
    case Exchange::list:
      return "list";
    case Exchange::address:
      return "address";
    case Exchange::cancel:
      return "cancel";
    case Exchange::result:
      return "result";
    case Exchange::other:
      break;
  }
  return "other";
}

/// A lost list only matters where the answer of the submit was lost.
std::vector<Fault> with_its_cause(Fault made) {
  if (made.exchange == Exchange::list)
    return {fault(Exchange::submit, FaultKind::lose_answer), std::move(made)};
  return {std::move(made)};
}

/// Broken connections and spoilt bytes.
std::vector<Row> broken_rows() {
  using K = FaultKind;
  using E = Exchange;
  std::vector<Row> rows;
  const auto add = [&](E exchange, K kind, const char* name, std::optional<ErrorKind> error,
                       int charges, Keeps keeps = Keeps::nothing, int times = 1) {
    rows.push_back({std::format("{}_{}{}", name_of(exchange), name, times > 1 ? "_always" : ""),
                    with_its_cause(fault(exchange, kind, times)), error, charges, keeps});
  };
  // The submit is never sent again once it may have been read.
  add(E::submit, K::reset_before_body, "reset_before_body", ErrorKind::maybe_billed, 0,
      Keeps::the_job);
  rows.back().may_be_unsent = true;
  add(E::submit, K::reset_in_body, "reset_in_body", ErrorKind::maybe_billed, 0, Keeps::the_job);
  rows.back().may_be_unsent = true;
  add(E::submit, K::reset_after_body, "reset_after_body", ErrorKind::maybe_billed, 0,
      Keeps::the_job);
  add(E::submit, K::lose_answer, "lose_answer", {}, 1);
  add(E::submit, K::truncate, "truncate", {}, 1);
  add(E::submit, K::duplicate, "duplicate", {}, 1);
  // Reads are asked again.
  for (const E exchange : {E::status, E::list, E::address, E::result}) {
    add(exchange, K::reset_before_body, "reset_before_body", {}, 1);
    add(exchange, K::reset_after_body, "reset_after_body", {}, 1);
    add(exchange, K::lose_answer, "lose_answer", {}, 1);
    add(exchange, K::truncate, "truncate", {}, 1);
    add(exchange, K::duplicate, "duplicate", {}, 1);
  }
  add(E::result, K::corrupt, "corrupt", {}, 1);
  // What does not end is kept, and had later.
  add(E::status, K::lose_answer, "lose_answer", ErrorKind::timed_out, 1, Keeps::the_job, always);
  add(E::list, K::lose_answer, "lose_answer", ErrorKind::maybe_billed, 1, Keeps::the_job, always);
  add(E::address, K::lose_answer, "lose_answer", ErrorKind::network, 1, Keeps::the_job, always);
  add(E::result, K::lose_answer, "lose_answer", ErrorKind::network, 1, Keeps::the_job, always);
  add(E::result, K::truncate, "truncate", ErrorKind::bad_picture, 1, Keeps::the_job, always);
  add(E::result, K::corrupt, "corrupt", ErrorKind::bad_picture, 1, Keeps::the_job, always);
  for (const E exchange : {E::submit, E::status, E::list, E::address, E::result}) {
    rows.push_back({std::format("{}_delay", name_of(exchange)),
                    with_its_cause(slow(exchange, K::delay, 200ms)),
                    {},
                    1});
    rows.push_back({std::format("{}_drip", name_of(exchange)),
                    with_its_cause(slow(exchange, K::drip, 100us)),
                    {},
                    1});
  }
  return rows;
}

/// Words and sizes that nobody expects.
std::vector<Row> wrong_rows() {
  using E = Exchange;
  JobRoom room;
  const auto other_size = room.picture(JobRoom::width + 1, JobRoom::height);
  return {
      {"status_unknown_word", {rewriting(E::status, "Completed", "Simmering", 3)}, {}, 1},
      {"status_goes_backwards",
       {rewriting(E::status, "Completed", "Processing"),
        rewriting(E::status, "Completed", "Pending")},
       {},
       1},
      {"status_no_json", {rewriting(E::status, "", "Completed", 2)}, {}, 1},
      {"status_of_another_type", {rewriting(E::status, "", "[1, 2]", 2)}, {}, 1},
      {"submit_no_json", {rewriting(E::submit, "", "accepted")}, {}, 1},
      {"submit_empty", {rewriting(E::submit, "", "")}, {}, 1},
      {"list_no_json",
       {fault(E::submit, FaultKind::lose_answer), rewriting(E::list, "", "<html>")},
       {},
       1},
      // A gateway that knows no address; the service lists the job all the same.
      {"status_404_always",
       {answering(E::status, 404, "<html>no such page</html>", always)},
       ErrorKind::not_found,
       1,
       Keeps::the_job},
      {"address_no_json", {rewriting(E::address, "", "see elsewhere")}, {}, 1},
      {"address_expired", {answering(E::result, 403, "<Error>expired</Error>")}, {}, 1},
      {"address_expired_always",
       {answering(E::result, 403, "<Error>expired</Error>", always)},
       ErrorKind::service_failed,
       1,
       Keeps::the_job},
      {"result_wrong_size", {rewriting(E::result, "", other_size)}, {}, 1},
      {"result_wrong_size_always",
       {rewriting(E::result, "", other_size, always)},
       ErrorKind::bad_picture,
       1,
       Keeps::the_job},
      {"result_is_html", {rewriting(E::result, "", "<html>sorry</html>")}, {}, 1},
      {"result_empty", {rewriting(E::result, "", "")}, {}, 1},
      {"result_endless",
       {rewriting(E::result, "", std::string(8 << 20, 'x'), always)},
       ErrorKind::too_large,
       1,
       Keeps::the_job},
  };
}

/// Every status of the contract at every stage, with a body of JSON, of HTML and with none.
std::vector<Row> status_rows() {
  struct Code {
    int status;
    ErrorKind submit;               ///< how a submit ends that is answered so each time
    std::optional<ErrorKind> read;  ///< how a read ends that is answered so each time
    bool passes;                    ///< a read that is answered so once is asked again
  };
  const Code codes[] = {
      {301, ErrorKind::protocol, ErrorKind::protocol, true},
      {401, ErrorKind::key_refused, ErrorKind::key_refused, false},
      {402, ErrorKind::no_credits, ErrorKind::no_credits, false},
      {403, ErrorKind::key_refused, ErrorKind::key_refused, false},
      {409, ErrorKind::conflict, ErrorKind::conflict, false},
      {412, ErrorKind::no_subscription, ErrorKind::no_subscription, false},
      {413, ErrorKind::too_large, ErrorKind::too_large, true},
      {415, ErrorKind::refused, ErrorKind::refused, false},
      {422, ErrorKind::refused, ErrorKind::refused, false},
      {425, ErrorKind::busy, ErrorKind::busy, true},
      {429, ErrorKind::busy, ErrorKind::busy, true},
      {500, ErrorKind::maybe_billed, ErrorKind::service_failed, true},
      {502, ErrorKind::maybe_billed, ErrorKind::service_failed, true},
      {503, ErrorKind::maybe_billed, ErrorKind::service_failed, true},
      {504, ErrorKind::maybe_billed, ErrorKind::service_failed, true},
  };
  const std::pair<const char*, const char*> bodies[] = {
      {"json", R"({"code":0,"message":"The fault proxy says no."})"},
      {"html", "<html><body>The fault proxy says no.</body></html>"},
      {"empty", ""}};
  std::vector<Row> rows;
  for (const auto& code : codes)
    for (const auto& [form, body] : bodies) {
      const auto name = [&](const char* stage) {
        return std::format("{}_{}_{}", stage, code.status, form);
      };
      const bool billed = code.submit == ErrorKind::maybe_billed;
      rows.push_back({name("submit"),
                      {answering(Exchange::submit, code.status, body, always)},
                      code.submit,
                      0,
                      billed ? Keeps::the_job : Keeps::nothing});
      // The service has the job, whatever the gateway says.
      if (billed)
        rows.push_back(
            {name("submitted"),
             {answering(Exchange::submit, code.status, body, 1, FaultKind::answer_instead)},
             {},
             1});
      rows.push_back({name("status"),
                      {answering(Exchange::status, code.status, body)},
                      code.passes ? std::nullopt : code.read,
                      1,
                      Keeps::the_job});
      rows.push_back({name("address"),
                      {answering(Exchange::address, code.status, body)},
                      code.passes || code.status == 409 ? std::nullopt : code.read,
                      1,
                      Keeps::the_job});
    }
  for (const auto& [form, body] : bodies) {
    rows.push_back({std::format("submit_404_{}", form),
                    {answering(Exchange::submit, 404, body, always)},
                    ErrorKind::refused,
                    0});
    rows.push_back(
        {std::format("status_404_{}", form), {answering(Exchange::status, 404, body)}, {}, 1});
    for (const int status : {500, 502, 503, 504, 429})
      rows.push_back({std::format("result_{}_{}", status, form),
                      {answering(Exchange::result, status, body)},
                      {},
                      1});
  }
  return rows;
}

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
    return JobRun(address_, room_.home, {}, nullptr, quick).start(request);
  }

  /// What plug-in-remote-sharpen-recover does, once nothing is wrong any more.
  Result<JobResult> recover() {
    proxy_->disarm();
    auto journal = Journal::open(room_.home.journal());
    if (!journal) return fail(std::move(journal));
    const auto entries = journal->unfinished();
    if (!entries || entries->size() != 1) return fail(ErrorKind::internal, "not in the journal");
    if (!journal->adopt(entries->front().id).value_or(false))
      return fail(ErrorKind::internal, "not adopted");
    return JobRun(address_, room_.home, {}, nullptr, quick).resume(entries->front());
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
  EXPECT_EQ(result->info.width, JobRoom::width);
  EXPECT_TRUE(finish_job(result->journal_id, room_.home));
  EXPECT_TRUE(room_.entries().empty());
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
INSTANTIATE_TEST_SUITE_P(Wrong, Faults, testing::ValuesIn(wrong_rows()), name_of_row);
INSTANTIATE_TEST_SUITE_P(Status, Faults, testing::ValuesIn(status_rows()), name_of_row);

INSTANTIATE_TEST_SUITE_P(
    Died, FaultsOnThisComputer,
    testing::Values(Row{.name = "died",
                        .faults = {fault(Exchange::status, FaultKind::reset_before_body, always)},
                        .error = ErrorKind::network}),
    name_of_row);

}  // namespace
}  // namespace sharpen
