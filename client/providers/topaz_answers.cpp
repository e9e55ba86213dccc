#include "client/providers/topaz_answers.h"

#include <algorithm>
#include <limits>

#include "base/i18n.h"
#include "base/json.h"

namespace sharpen::topaz {
namespace {

std::unexpected<Error> unexpected_answer() {
  return fail(ErrorKind::protocol, _("The service gave an answer that cannot be understood."),
              _("Check the address of the service; if it is right, try again later."));
}

Result<Json> parse_object(std::string_view body) {
  auto json = Json::parse(body);
  if (!json && json.error().kind == ErrorKind::too_large) return json;
  if (!json || !json->is_object()) return unexpected_answer();
  return json;
}

JobState state_from(const std::string& word) {
  if (word == "Pending") return JobState::pending;
  if (word == "Completed") return JobState::completed;
  if (word == "Cancelled") return JobState::cancelled;
  if (word == "Failed") return JobState::failed;
  return JobState::processing;  // also any word that is not known
}

std::uint32_t side(const Json& json) {
  const auto value = json.integer().value_or(0);
  return value > 0 && value <= std::numeric_limits<std::int32_t>::max()
             ? static_cast<std::uint32_t>(value)
             : 0;
}

Status status_from(const Json& json) {
  Status status;
  status.state = state_from(json["status"].string().value_or(""));
  status.progress = std::clamp(json["progress"].number().value_or(0) / 100, 0.0, 1.0);
  status.eta = json["eta"].integer();
  status.cost = json["credits"].number();
  status.output_width = side(json["output_width"]);
  status.output_height = side(json["output_height"]);
  status.process_id = json["process_id"].string().value_or("");
  status.filename = json["filename"].string().value_or("");
  status.options_json = json["options_json"].string().value_or("");
  return status;
}

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
    return g_ascii_isalnum(c) || c == '-' || c == '_';
  });
}

Result<Submitted> parse_submitted(const HttpAnswer& answer) {
  const auto json = Json::parse(answer.body);
  const auto read = [&](const char* member, const char* header) {
    const auto text = json ? (*json)[member].string() : std::nullopt;
    return text ? *text : answer.header(header);
  };
  Submitted submitted;
  submitted.process_id = read("process_id", "X-Process-ID");
  submitted.source_id = read("source_id", "X-Source-ID");
  if (!is_id(submitted.process_id)) return unexpected_answer();
  if (!is_id(submitted.source_id)) submitted.source_id.clear();
  return submitted;
}

Result<Status> parse_status(std::string_view body) {
  const auto json = parse_object(body);
  if (!json) return std::unexpected(json.error());
  if (!(*json)["status"].string()) return unexpected_answer();
  return status_from(*json);
}

Result<StatusPage> parse_status_page(std::string_view body) {
  const auto json = Json::parse(body);
  if (!json) return std::unexpected(json.error());
  if (!json->is_array() && !(*json)["data"].is_array()) return unexpected_answer();
  StatusPage page;
  for (const Json& job : (json->is_array() ? *json : (*json)["data"]).elements())
    if (Status status = status_from(job); is_id(status.process_id))
      page.jobs.push_back(std::move(status));
  const Json pagination = (*json)["pagination"];
  if (pagination["has_next_page"].boolean().value_or(true))
    page.next_cursor = pagination["next_cursor"].string().value_or("");
  return page;
}

Result<std::string> parse_download(std::string_view body) {
  const auto json = parse_object(body);
  if (!json) return std::unexpected(json.error());
  for (const char* member : {"download_url", "url"})
    if (auto url = (*json)[member].string(); url && !url->empty()) return *url;
  return unexpected_answer();
}

Result<Price> parse_estimate(std::string_view body) {
  const auto json = parse_object(body);
  if (!json) return std::unexpected(json.error());
  const auto credits = (*json)["credits"].number();
  if (!credits || *credits < 0) return unexpected_answer();
  Price price{.amount = *credits, .unit = "credits", .seconds = {}, .confirmed = true};
  if (const auto seconds = (*json)["duration"].number(); seconds && *seconds >= 0)
    price.seconds = seconds;
  return price;
}

Result<Balance> parse_balance(std::string_view body) {
  const auto json = parse_object(body);
  if (!json) return std::unexpected(json.error());
  const auto credits = (*json)["available_credits"].number();
  if (!credits) return unexpected_answer();
  return Balance{.available = *credits, .unit = "credits"};
}

}  // namespace sharpen::topaz
