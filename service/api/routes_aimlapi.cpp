#include "service/api/routes_aimlapi.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <format>
#include <ranges>

#include "base/glib_error.h"
#include "base/glib_source.h"
#include "service/http/request_handlers.h"

namespace sharpen::server {
namespace {

constexpr std::string_view generations_path = "/v1/images/generations";
constexpr std::string_view billing_path = "/v2/billing";
/// The documented example: 210 000 tokens were $0.105.
constexpr std::int64_t tokens_per_credit = 210'000;
constexpr double dollars_per_credit = 0.105;

constexpr auto modes = std::to_array<std::string_view>(
    {"Standard", "Strong", "Lens Blur", "Lens Blur V2", "Motion Blur", "Natural", "Refocus"});
constexpr auto generative_modes =
    std::to_array<std::string_view>({"Super Focus", "Super Focus V2"});

std::string_view documented_sentence(unsigned status) {
  switch (status) {
    case 400:
      return "Body validation error!";
    case 401:
      return "This request requires a valid API key.";
    case 402:
    case 403:
      return "You've run out of credits. Please top up your balance or update your payment method "
             "to continue.";
    case 429:
      return "Too Many Requests";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service unavailable";
    case 504:
      return "Generation timeout";
    default:
      return status < 500 ? "The request cannot be carried out." : "Internal server error";
  }
}

bool is_request_id(const std::string& text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
    return g_ascii_isalnum(c) || c == '.' || c == '_' || c == ':' || c == '-';
  });
}

std::string now_as_text() {
  const auto now = std::chrono::system_clock::now();
  return std::format("{:%FT%T}Z", std::chrono::floor<std::chrono::milliseconds>(now));
}

class Generation final : public RequestHandler {
 public:
  Generation(AimlapiRoutes& routes, Request request, DataUriReader reader,
             std::shared_ptr<Place> place)
      : routes_(routes),
        request_(std::move(request)),
        reader_(std::move(reader)),
        place_(std::move(place)) {}

  Checked<void> take_body(std::string_view piece) override {
    if (auto taken = reader_.feed(piece); !taken) return std::unexpected(refusal(taken.error()));
    return {};
  }
  void finish(const Reply& reply) override {
    place_->leave();
    auto body = reader_.finish();
    if (!body)
      reply.send(refusal(body.error()));
    else
      routes_.generate(request_, *std::move(body), reply);
  }

 private:
  Answer refusal(const Answer& answer) const {
    const auto json = Json::parse(answer.body);
    return routes_.error(answer.status, request_.path,
                         json ? (*json)["message"].string().value_or("") : "");
  }
  AimlapiRoutes& routes_;
  Request request_;
  DataUriReader reader_;
  std::shared_ptr<Place> place_;
};

}  // namespace

struct AimlapiRoutes::Due {
  Reply reply;
  EventSource deadline, watch;
};

bool AimlapiRoutes::owns(std::string_view path) {
  return path == generations_path || path == billing_path;
}

Answer AimlapiRoutes::error(unsigned status, std::string_view path,
                            std::string_view message) const {
  JsonWriter json;
  json.begin_object().member("requestId", OwnedChars(g_uuid_string_random()).get());
  if (core_.options.behaviours.is("aimlapi_status_code", "string"))
    json.member("statusCode", std::to_string(status));
  else
    json.member("statusCode", static_cast<int>(status));
  json.member("timestamp", now_as_text())
      .member("path", path)
      .member("message", message.empty() ? documented_sentence(status) : message)
      .end_object();
  return json_answer(json, status);
}

Answer AimlapiRoutes::translate(const Answer& refusal, std::string_view path) const {
  if (refusal.status == 402) return error(403, path);
  const auto json = Json::parse(refusal.body);
  std::string message = json ? (*json)["message"].string().value_or("") : "";
  if (refusal.status == 400) message = "Body validation error! " + message;
  Answer answer = error(refusal.status, path, message);
  answer.headers = refusal.headers;
  return answer;
}

Checked<std::unique_ptr<RequestHandler>> AimlapiRoutes::begin(const Request& request) {
  const bool generations = request.path == generations_path;
  if (request.method != (generations ? "POST" : "GET"))
    return std::unexpected(error(405, request.path, "Method Not Allowed"));
  if (!generations) return without_body([this] { return billing(); });
  if (const unsigned forced = faults_.submit_error(); forced > 0)
    return std::unexpected(error(forced, request.path));
  if (!request.header("content-type").starts_with("application/json"))
    return std::unexpected(error(400, request.path, "Body validation error! Send JSON."));
  const std::uint64_t limit = core_.options.max_upload;
  if (request.content_length().value_or(0) > limit / 3 * 4 + (64 << 10))
    return std::unexpected(error(413, request.path, "Request Entity Too Large"));
  auto place = core_.jobs.enter(request.owner, request.content_length());
  if (!place) return std::unexpected(translate(place.error(), request.path));
  return std::make_unique<Generation>(
      *this, request, DataUriReader("image_url", limit, core_.jobs.pictures().spool()),
      *std::move(place));
}

Checked<JobSpec> AimlapiRoutes::spec_of(const Json& json) const {
  const std::string model = json["model"].string().value_or("");
  const bool generative = model == "topaz-labs/sharpen-gen";
  if (!generative && model != "topaz-labs/sharpen")
    return refuse(400, std::format("Invalid enum value. Expected 'topaz-labs/sharpen' | "
                                   "'topaz-labs/sharpen-gen', received '{}'",
                                   model));
  const std::string mode = json["mode"].string().value_or("");
  const auto allowed = generative ? std::span<const std::string_view>(generative_modes) : modes;
  if (!std::ranges::contains(allowed, mode))
    return refuse(400, std::format("Invalid enum value of mode, received '{}'", mode));

  Fields fields = {{"model", mode}};
  for (const char* name : {"output_format", "subject_detection"})
    if (const auto text = json[name].string()) fields.emplace(name, *text);
  if (const auto flag = json["face_enhancement"].boolean())
    fields.emplace("face_enhancement", *flag ? "true" : "false");
  const WireModel* known = find_wire_model(mode);
  for (const auto settings : {common_settings(), known->settings})
    for (const NumberField& setting : settings) {
      const Json value = json[setting.name];
      if (value.is_null()) continue;
      if (value.string() || !value.number())
        return refuse(400, std::format("Expected number at {}", setting.name));
      fields.emplace(setting.name, std::format("{}", *value.number()));
    }
  return check_job(fields, generative, core_.options.engine, core_.options.behaviours);
}

void AimlapiRoutes::generate(const Request& request, DataUriReader::Body body, const Reply& reply) {
  const auto refuse_with = [&](const Answer& refusal) {
    reply.send(translate(refusal, request.path));
  };
  const auto spec = spec_of(body.json);
  if (!spec) return refuse_with(spec.error());
  const bool refuses_data = core_.options.behaviours.is("aimlapi_data_uri", "refuse");
  if (body.image.empty() || refuses_data)
    return refuse_with(error_answer(
        400, body.json["image_url"].string()
                 ? refuses_data ? "Invalid url at image_url"
                                : "This service fetches no addresses: image_url has to be a data: "
                                  "URI in base64."
                 : "Required at image_url"));
  const auto source = core_.jobs.admit(std::move(body.image), "", request.owner);
  if (!source) return refuse_with(source.error());

  auto due = std::make_shared<Due>(reply);
  core_.jobs.submit(
      *spec, *source,
      [this, due, request, source = *source](const Checked<Job>& job) {
        if (job) return watch(due, job->id, request);
        core_.jobs.discard(source);
        due->reply.send(translate(job.error(), request.path));
      },
      [this, due, request](const Checked<Job>& ended) {
        due->deadline.stop();
        due->watch.stop();
        due->reply.send(ended ? result(request, *ended) : translate(ended.error(), request.path));
      });
}

void AimlapiRoutes::watch(const std::shared_ptr<Due>& due, const std::string& job_id,
                          const Request& request) {
  const std::weak_ptr weak = due;
  if (const auto patience = core_.options.behaviours.number("aimlapi_timeout_ms"); patience > 0)
    due->deadline =
        EventSource::timeout(static_cast<unsigned>(patience), [this, weak, path = request.path] {
          if (const auto held = weak.lock()) held->reply.send(error(504, path));
          return false;
        });
  if (core_.options.behaviours.is("aimlapi_disconnect", "cancel"))
    due->watch = EventSource::timeout(200, [this, weak, id = job_id, owner = request.owner] {
      const auto held = weak.lock();
      if (!held) return false;
      if (held->reply.connected()) return true;
      post([&jobs = core_.jobs, id, owner] { (void)jobs.cancel(id, owner); });
      return false;
    });
}

Answer AimlapiRoutes::result(const Request& request, const Job& job) const {
  const Behaviours& behaviours = core_.options.behaviours;
  if (job.state != JobState::completed)
    return error(500, request.path, "Something wrong with the server. Please, try again later.");
  const std::int64_t tokens = job.credits * tokens_per_credit;
  JsonWriter meta;
  meta.begin_object().begin_object("usage");
  if (!behaviours.is("aimlapi_usage", "none"))
    meta.member(behaviours.text("aimlapi_usage").c_str(), tokens);
  const std::string meta_text = meta.end_object().end_object().text();

  Answer answer;
  answer.status = static_cast<unsigned>(behaviours.number("aimlapi_status"));
  if (behaviours.is("aimlapi_form", "b64_json")) {
    answer.file = FileBody{
        core_.jobs.pictures().output(job.id), job.output_format,
        Base64Frame{R"({"data":[{"url":null,"b64_json":")", R"("}],"meta":)" + meta_text + "}"}};
  } else {
    answer.body =
        R"({"data":[)" +
        JsonWriter()
            .begin_object()
            .member("url",
                    core_.links.make(LinkKind::output, job.id, request.host_name()).download_url)
            .end_object()
            .text() +
        R"(],"meta":)" + meta_text + "}";
  }
  answer.headers = {
      {"x-inference-id", job.id},
      {"x-aimlapi-credits-used", std::to_string(tokens)},
      {"x-aimlapi-usd-spent", std::format("{}", double(job.credits) * dollars_per_credit)}};
  if (const std::string id = request.header("x-client-request-id"); is_request_id(id))
    answer.headers.emplace_back("x-client-request-id", id);
  return answer;
}

Answer AimlapiRoutes::billing() const {
  const auto balance = core_.jobs.balance();
  if (!balance) return translate(balance.error(), billing_path);
  return json_answer(
      JsonWriter()
          .begin_object()
          .member("current_balance", double(balance->available()) * dollars_per_credit)
          .member("currency", "USD")
          .end_object());
}

}  // namespace sharpen::server
