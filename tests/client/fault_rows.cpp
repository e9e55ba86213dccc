#include "tests/client/fault_rows.h"

#include <format>
#include <utility>

#include "tests/client/fake_topaz.h"

namespace sharpen::test {
namespace {

using namespace std::chrono_literals;

Fault rewriting(Exchange exchange, std::string find, std::string with, int times = 1) {
  Fault made = fault(exchange, FaultKind::rewrite, times);
  made.find = std::move(find);
  made.body = std::move(with);
  return made;
}

/// A lost list only matters where the answer of the submit was lost.
std::vector<Fault> with_its_cause(Fault made) {
  if (made.exchange == Exchange::list)
    return {fault(Exchange::submit, FaultKind::lose_answer), std::move(made)};
  return {std::move(made)};
}

}  // namespace

Fault fault(Exchange exchange, FaultKind kind, int times) {
  Fault made;
  made.exchange = exchange;
  made.kind = kind;
  made.times = times;
  return made;
}

Fault answering(Exchange exchange, int status, std::string body, int times, FaultKind kind) {
  Fault made = fault(exchange, kind, times);
  made.status = status;
  made.content_type = body.starts_with('<') ? "text/html" : "application/json";
  made.body = std::move(body);
  return made;
}

Fault slow(Exchange exchange, FaultKind kind, std::chrono::microseconds pause) {
  Fault made = fault(exchange, kind);
  made.pause = pause;
  return made;
}

Fault then_refusing(Fault made, std::chrono::milliseconds time) {
  made.refuse = time;
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
  for (const E exchange : {E::submit, E::status, E::list, E::address, E::result})
    add(exchange, K::corrupt, "corrupt", {}, 1);
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

/// (A refused submit is a test of its own.)
std::vector<Row> refused_rows() {
  using K = FaultKind;
  using E = Exchange;
  constexpr auto moment = 60ms, for_ever = 20'000ms;
  Pace patient = quick;
  patient.first_backoff = 50ms;
  patient.longest_backoff = 500ms;
  patient.tries = 6;
  const auto after = [](E exchange, std::chrono::milliseconds time, K kind = K::none) {
    return std::vector{then_refusing(fault(exchange, kind, always), time)};
  };
  std::vector<Row> rows = {
      {"status_refused", after(E::submit, moment), {}, 1},
      {"status_refused_always", after(E::submit, for_ever), ErrorKind::timed_out, 1,
       Keeps::the_job},
      {"list_refused", after(E::submit, moment, K::lose_answer), {}, 1},
      {"list_refused_always", after(E::submit, for_ever, K::lose_answer), ErrorKind::maybe_billed,
       1, Keeps::the_job},
      {"address_refused", after(E::status, moment), {}, 1},
      {"result_refused", after(E::address, moment), {}, 1},
      {"result_refused_always", after(E::address, for_ever), ErrorKind::network, 1, Keeps::the_job},
  };
  for (Row& row : rows)
    if (!row.error) row.pace = patient;
  return rows;
}

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
      {"result_wrong_size",
       {rewriting(E::result, "", other_size)},
       ErrorKind::bad_picture,
       1,
       Keeps::the_job},
      {"result_wrong_size_always",
       {rewriting(E::result, "", other_size, always)},
       ErrorKind::bad_picture,
       1,
       Keeps::the_job},
      {"result_is_html", {rewriting(E::result, "", "<html>sorry</html>")}, {}, 1},
      {"result_empty", {rewriting(E::result, "", "")}, {}, 1},
      {"result_endless",
       {rewriting(E::result, "", std::string(17 << 20, 'x'), always)},
       ErrorKind::too_large,
       1,
       Keeps::the_job},
  };
}

std::vector<Row> status_rows() {
  struct Code {
    int status;
    ErrorKind submit;               ///< how a submit ends that is answered so each time
    std::optional<ErrorKind> read;  ///< how a read ends that is answered so each time
    bool passes;                    ///< a read that is answered so once is asked again
    std::optional<ErrorKind> result = std::nullopt;  ///< how a download ends, answered so once
  };
  constexpr auto odd = ErrorKind::protocol;  ///< what no host of files says
  const Code codes[] = {
      {301, ErrorKind::protocol, ErrorKind::protocol, true},
      {401, ErrorKind::key_refused, ErrorKind::key_refused, false},
      {402, ErrorKind::no_credits, ErrorKind::no_credits, false, odd},
      {403, ErrorKind::key_refused, ErrorKind::key_refused, false},
      {408, ErrorKind::maybe_billed, ErrorKind::network, true},
      {409, ErrorKind::conflict, ErrorKind::conflict, false, odd},
      {412, ErrorKind::no_subscription, ErrorKind::no_subscription, false, odd},
      {413, ErrorKind::too_large, ErrorKind::too_large, true, odd},
      {415, ErrorKind::refused, ErrorKind::refused, false, odd},
      {422, ErrorKind::refused, ErrorKind::refused, false, odd},
      {425, ErrorKind::busy, ErrorKind::busy, true, odd},
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
      rows.push_back({name("list"), with_its_cause(answering(Exchange::list, code.status, body)),
                      code.passes ? std::nullopt : std::optional(ErrorKind::maybe_billed), 1,
                      Keeps::the_job});
      rows.push_back({name("result"),
                      {answering(Exchange::result, code.status, body)},
                      code.result,
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
    for (const Exchange exchange : {Exchange::list, Exchange::address, Exchange::result})
      rows.push_back(
          {std::format("{}_404_{}", name_of(exchange), form),
           with_its_cause(answering(exchange, 404, body)),
           exchange == Exchange::address ? std::optional(ErrorKind::not_found) : std::nullopt, 1,
           Keeps::the_job});
  }
  return rows;
}

}  // namespace sharpen::test
