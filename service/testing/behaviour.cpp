#include "service/testing/behaviour.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>
#include <ranges>

namespace sharpen::server {
namespace {

constexpr auto table = std::to_array<Behaviour>({
    {"unknown_model", "400", "400|422", "status for a model that nobody has"},
    {"out_of_range", "400", "400|422|ignore", "a number outside its range"},
    {"source_count", "400", "400|422", "status for no source, or for two"},
    {"submit_error", "0", "number", "answer every submit with this status; 0 = never"},
    {"submit_errors", "0", "number", "… but only this many times; 0 = always"},
    {"cancel_processing", "204", "204|409", "cancel of a job that is being processed"},
    {"not_ready", "The process has not completed yet.", "text", "message of the download's 409"},
    {"first_polls_404", "0", "number", "so many first status polls of a job find nothing"},
    {"progress", "true", "true|zero|jumps", "how the status reports progress"},
    {"processing_word", "Processing", "text", "status word while a job is being processed"},
    {"download_member", "download_url", "download_url|url", "name of the address in /download"},
    {"error_body", "json", "json|html|empty", "form of every error's body"},
    {"rate_limit", "0", "number", "every n-th request of the API is a 429; 0 = never"},
    {"retry_after", "0", "number", "Retry-After of a 429 in seconds; 0 = no such header"},
    {"output_bits", "keep", "keep|8", "8: a picture of 16 bits comes back with 8 (identity)"},
    {"icc", "keep", "keep|drop", "drop: the result has no profile (identity)"},
    {"pending_ms", "0", "number", "a job waits at least so long as Pending"},
    {"processing_ms", "0", "number", "a job is processed for at least so long"},
    {"fail_jobs", "no", "no|yes", "every job ends as Failed"},
    {"link_seconds", "3600", "number", "life of a download address"},
    {"keep_seconds", "604800", "number", "life of uploads, results and jobs"},
    {"orphan_seconds", "3600", "number", "life of an upload whose last job was deleted"},
    {"slow_client_seconds", "60", "number", "patience with a client that sends or takes nothing"},
    {"clock_file", "", "text", "a file with the seconds by which the clock is ahead"},
    {"aimlapi_status", "200", "200|201", "status of a success"},
    {"aimlapi_form", "url", "url|b64_json", "how the result is given"},
    {"aimlapi_usage", "tokens_used", "tokens_used|credits_used|none", "member of meta.usage"},
    {"aimlapi_status_code", "number", "number|string", "type of statusCode in errors"},
    {"aimlapi_data_uri", "accept", "accept|refuse", "refuse: 400 for a data: address"},
    {"aimlapi_disconnect", "cancel", "cancel|bill", "the client is gone before the answer"},
    {"aimlapi_timeout_ms", "0", "number", "answer 504 after so long; 0 = never"},
});

const Behaviour* find(std::string_view name) {
  const auto* row = std::ranges::find(table, name, &Behaviour::name);
  return row == table.end() ? nullptr : row;
}

bool allows(const Behaviour& row, std::string_view value) {
  const std::string_view allowed = row.allowed;
  if (allowed == "text") return true;
  if (allowed == "number") {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.begin(), value.end(), number);
    return error == std::errc() && end == value.end() && number >= 0;
  }
  return std::ranges::any_of(allowed | std::views::split('|'), [&](auto word) {
    return std::string_view(word.begin(), word.end()) == value;
  });
}

}  // namespace

std::span<const Behaviour> behaviours() { return table; }

Result<void> Behaviours::set(std::string_view assignment) {
  const auto equals = assignment.find('=');
  const auto name = assignment.substr(0, equals);
  const Behaviour* row = find(name);
  if (!row || equals == std::string_view::npos)
    return fail(ErrorKind::bad_argument, std::format("There is no behaviour “{}”.", name),
                "--help lists them; write --behaviour NAME=VALUE.");
  const auto value = assignment.substr(equals + 1);
  if (!allows(*row, value))
    return fail(ErrorKind::bad_argument,
                std::format("The behaviour {} cannot be “{}”.", name, value),
                std::format("Allowed: {}.", row->allowed));
  chosen_.insert_or_assign(std::string(name), std::string(value));
  return {};
}

std::string Behaviours::text(std::string_view name) const {
  const auto chosen = chosen_.find(name);
  if (chosen != chosen_.end()) return chosen->second;
  const Behaviour* row = find(name);
  return row ? row->value : "";
}

std::int64_t Behaviours::number(std::string_view name) const {
  const std::string value = text(name);
  std::int64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

}  // namespace sharpen::server
