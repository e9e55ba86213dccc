#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "client/jobs/job_steps.h"
#include "tests/fault_proxy/fault_proxy.h"

namespace sharpen::test {

inline constexpr int always = 1000;

/// As patient as a test can be.
inline const Pace quick = {.first_poll = std::chrono::milliseconds(2),
                           .longest_poll = std::chrono::milliseconds(10),
                           .poll_growth = 1.5,
                           .first_backoff = std::chrono::milliseconds(2),
                           .longest_backoff = std::chrono::milliseconds(10),
                           .not_found_grace = std::chrono::milliseconds(300),
                           .deadline = std::chrono::seconds(2),
                           .cancel_limit = std::chrono::milliseconds(500),
                           .tries = 3,
                           .busy_tries = 3};

/// How a job ends.
enum class Keeps { nothing, the_job };
/// One fault at one stage.
struct Row {
  std::string name;
  std::vector<Fault> faults;
  std::optional<ErrorKind> error;  ///< empty: the result comes in spite of it
  int charges = 1;                 ///< when the fault is over and the job was recovered
  Keeps keeps = Keeps::nothing;    ///< in the journal, if it failed
  /// Whether the whole request had left when the connection broke is a race: if not, the error is
  /// `network` and nothing is kept.
  bool may_be_unsent = false;
  Pace pace = quick;
};

[[nodiscard]] const char* name_of(Exchange exchange);
[[nodiscard]] Fault fault(Exchange exchange, FaultKind kind, int times = 1);
[[nodiscard]] Fault answering(Exchange exchange, int status, std::string body = {}, int times = 1,
                              FaultKind kind = FaultKind::answer);
/// Connections are refused after this exchange, so that the next one meets it.
[[nodiscard]] Fault then_refusing(Fault made, std::chrono::milliseconds time);
[[nodiscard]] Fault slow(Exchange exchange, FaultKind kind, std::chrono::microseconds pause);

/// Broken connections and spoilt bytes.
[[nodiscard]] std::vector<Row> broken_rows();
/// Connections that are refused, for a moment and for ever.
[[nodiscard]] std::vector<Row> refused_rows();
/// Words and sizes that nobody expects.
[[nodiscard]] std::vector<Row> wrong_rows();
/// Every status of the contract at every stage, with a body of JSON, of HTML and with none.
[[nodiscard]] std::vector<Row> status_rows();

}  // namespace sharpen::test
