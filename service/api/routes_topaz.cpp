#include "service/api/routes_topaz.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "service/api/estimates.h"
#include "service/api/status_json.h"
#include "service/http/request_handlers.h"

namespace sharpen::server {
namespace {

constexpr std::string_view image_base = "/image/v1/", account_base = "/account/v1/";
/// A form around the largest picture may be so much longer.
constexpr std::uint64_t form_overhead = 1 << 20;

}  // namespace

bool TopazRoutes::owns(std::string_view path) {
  return path.starts_with(image_base) || path.starts_with(account_base);
}

Checked<std::unique_ptr<RequestHandler>> TopazRoutes::begin(const Request& request) {
  const std::string_view path = request.path;
  struct Route {
    std::string_view method, path;
    std::function<Checked<std::unique_ptr<RequestHandler>>()> begin;
  };
  const auto routes = std::to_array<Route>({
      {"POST", "/image/v1/sharpen/async", [&] { return begin_submit(request, false); }},
      {"POST", "/image/v1/sharpen-gen/async", [&] { return begin_submit(request, true); }},
      {"POST", "/image/v1/estimate", [&] { return begin_estimate(request, false); }},
      {"POST", "/image/v1/estimate-gen", [&] { return begin_estimate(request, true); }},
      {"POST", "/image/v1/estimate-bulk",
       [&] {
         return with_text([this](const std::string& body) { return estimate_bulk(body, core_); });
       }},
      {"GET", "/image/v1/status",
       [&] { return without_body([this, request] { return list(request); }); }},
      {"DELETE", "/image/v1/status",
       [&] { return without_body([this, owner = request.owner] { return remove_all(owner); }); }},
      {"GET", "/account/v1/credits/balance",
       [&] { return without_body([this] { return balance(); }); }},
      {"GET", "/account/v1/credits/charges",
       [&] { return without_body([this] { return charges(); }); }},
  });
  bool known_path = false;
  for (const Route& route : routes) {
    if (route.path != path) continue;
    if (route.method == request.method) return route.begin();
    known_path = true;
  }
  if (known_path) return std::unexpected(error_answer(405));
  return begin_with_id(request);
}

Checked<std::unique_ptr<RequestHandler>> TopazRoutes::begin_with_id(const Request& request) {
  struct Route {
    std::string_view method, prefix;
    std::function<Answer(TopazRoutes&, const Request&, const std::string& id)> answer;
  };
  const auto routes = std::to_array<Route>({
      {"GET", "/image/v1/status/",
       [](auto& self, const auto& asked, const auto& id) { return self.status(id, asked.owner); }},
      {"DELETE", "/image/v1/status/",
       [](auto& self, const auto& asked, const auto& id) { return self.remove(id, asked.owner); }},
      {"DELETE", "/image/v1/cancel/",
       [](auto& self, const auto& asked, const auto& id) { return self.cancel(id, asked.owner); }},
      {"GET", "/image/v1/download/input/", &TopazRoutes::download_input},
      {"GET", "/image/v1/download/", &TopazRoutes::download},
  });
  bool known_path = false;
  for (const Route& route : routes) {
    if (!request.path.starts_with(route.prefix)) continue;
    known_path = true;
    if (route.method != request.method) continue;
    const std::string id = request.path.substr(route.prefix.size());
    if (!g_uuid_string_is_valid(id.c_str()))
      return refuse(400, "Invalid process ID. Please ensure it is a valid UUID.");
    return without_body(
        [this, request, answer = route.answer, id] { return answer(*this, request, id); });
  }
  return std::unexpected(error_answer(known_path ? 405 : 404));
}

Checked<std::unique_ptr<RequestHandler>> TopazRoutes::begin_submit(const Request& request,
                                                                   bool generative) {
  if (const unsigned forced = faults_.submit_error(); forced > 0)
    return std::unexpected(error_answer(forced));
  const std::string boundary = MultipartParser::boundary_of(request.header("content-type"));
  if (boundary.empty()) return refuse(400, "Send the picture as multipart/form-data.");
  const std::uint64_t limit = core_.options.max_upload + form_overhead;
  if (request.content_length().value_or(0) > limit) return std::unexpected(error_answer(413));
  const auto place = core_.jobs.enter(request.owner, request.content_length());
  if (!place) return std::unexpected(place.error());
  return with_form(
      std::make_unique<FormReader>(boundary, limit, core_.jobs.pictures().spool()),
      [this, generative, owner = request.owner, place = *place](Form form, const Reply& reply) {
        place->leave();
        submit(std::move(form), generative, owner, reply);
      });
}

Checked<std::unique_ptr<RequestHandler>> TopazRoutes::begin_estimate(const Request& request,
                                                                     bool generative) {
  const std::string type = request.header("content-type");
  if (type.starts_with("application/json"))
    return with_text([this, generative](const std::string& body) {
      return estimate_json(body, generative, core_);
    });
  const std::string boundary = MultipartParser::boundary_of(type);
  if (boundary.empty()) return refuse(400, "Send multipart/form-data or application/json.");
  return with_form(std::make_unique<FormReader>(boundary, form_overhead, std::filesystem::path()),
                   [this, generative](const Form& form, const Reply& reply) {
                     reply.send(estimate(form.fields, generative, core_));
                   });
}

void TopazRoutes::submit(Form form, bool generative, const std::string& owner, const Reply& reply) {
  const bool uploaded = !form.image.empty();
  const auto spec =
      check_job(form.fields, generative, core_.options.engine, core_.options.behaviours);
  if (!spec) return reply.send(spec.error());
  const auto source = source_of(form, owner);
  if (!source) return reply.send(source.error());
  core_.jobs.submit(*spec, *source,
                    [this, source = *source, uploaded, reply](const Checked<Job>& job) {
                      if (job) return reply.send(submitted(*job));
                      if (uploaded) core_.jobs.discard(source);
                      reply.send(job.error());
                    });
}

Answer TopazRoutes::submitted(const Job& job) const {
  const std::int64_t eta = core_.jobs.eta(job);
  Answer answer = json_answer(JsonWriter()
                                  .begin_object()
                                  .member("process_id", job.id)
                                  .member("source_id", job.source_id)
                                  .member("eta", eta)
                                  .end_object());
  answer.headers = {
      {"X-Process-ID", job.id}, {"X-Source-ID", job.source_id}, {"X-ETA", std::to_string(eta)}};
  return answer;
}

Checked<SourcePicture> TopazRoutes::source_of(Form& form, const std::string& owner) {
  const bool by_id = form.fields.contains("source_id"), by_url = form.fields.contains("source_url");
  const auto status = static_cast<unsigned>(core_.options.behaviours.number("source_count"));
  const int count = int{!form.image.empty()} + int{by_id} + int{by_url};
  if (count == 0) return refuse(status, "Send a picture: image, source_url or source_id.");
  if (count > 1) return refuse(status, "Send only one of image, source_url and source_id.");
  if (by_url) return refuse(422, "This service fetches no addresses. Send the picture as image.");
  if (!by_id) return core_.jobs.admit(std::move(form.image), form.filename, owner);
  const std::string& id = form.fields["source_id"];
  if (!g_uuid_string_is_valid(id.c_str()))
    return refuse(400, "Invalid source ID. Please ensure it is a valid UUID.");
  const auto source = core_.jobs.find_source(id, owner);
  if (!source) return std::unexpected(source.error());
  return **source;
}

int TopazRoutes::count_poll(const std::string& id) {
  const Behaviours& behaviours = core_.options.behaviours;
  if (behaviours.number("first_polls_404") == 0 && !behaviours.is("progress", "jumps")) return 0;
  return ++polls_[id];
}

Answer TopazRoutes::status(const std::string& id, const std::string& owner) {
  const auto job = core_.jobs.find(id, owner);
  if (!job) return job.error();
  const int polls = count_poll(id);
  const auto hidden = core_.options.behaviours.number("first_polls_404");
  if (hidden > 0 && polls <= hidden) return unknown_job();
  JsonWriter json;
  append_status(json, **job, core_, polls);
  return json_answer(json);
}

Answer TopazRoutes::list(const Request& request) const {
  const auto query = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::nullopt : std::optional(found->second);
  };
  const auto found = core_.jobs.list(request.owner);
  if (!found) return found.error();
  auto jobs = *found;
  JsonWriter json;
  if (query("paginated").value_or("false") != "true") {
    json.begin_array();
    for (const auto& job : jobs) append_status(json, *job, core_, 0);
    return json_answer(json.end_array());
  }
  const auto limit = number_from(query("limit").value_or("50"));
  if (!limit || *limit < 1 || *limit > 100)
    return error_answer(400, "Invalid limit. It has to be a number from 1 to 100.");
  if (const auto cursor = query("cursor")) {
    const auto before = number_from(*cursor);
    if (!before) return error_answer(400, "Invalid cursor.");
    std::erase_if(jobs, [&](const auto& job) { return double(job->sequence) >= *before; });
  }
  const auto count = std::min(jobs.size(), static_cast<std::size_t>(*limit));
  json.begin_object().begin_array("data");
  for (std::size_t i = 0; i < count; ++i) append_status(json, *jobs[i], core_, 0);
  json.end_array().begin_object("pagination");
  const bool more = count < jobs.size();
  if (more) json.member("next_cursor", std::to_string(jobs[count - 1]->sequence));
  json.member("has_next_page", more);
  return json_answer(json.end_object().end_object());
}

Answer TopazRoutes::remove(const std::string& id, const std::string& owner) {
  const auto removed = core_.jobs.remove(id, owner);
  if (!removed) return removed.error();
  return *removed ? empty_answer()
                  : error_answer(409, "The process cannot be deleted as it has not ended.");
}

Answer TopazRoutes::remove_all(const std::string& owner) {
  const auto count = core_.jobs.remove_all(owner);
  if (!count) return count.error();
  return json_answer(JsonWriter().begin_object().member("deleted_count", *count).end_object());
}

Answer TopazRoutes::cancel(const std::string& id, const std::string& owner) {
  const auto cancelled = core_.jobs.cancel(id, owner);
  if (!cancelled) return cancelled.error();
  return *cancelled
             ? empty_answer()
             : error_answer(409,
                            "The process cannot be cancelled as it is not in a cancellable state.");
}

Answer TopazRoutes::download(const Request& request, const std::string& id) const {
  const auto job = core_.jobs.find(id, request.owner);
  if (!job) return job.error();
  if ((*job)->state != JobState::completed)
    return error_answer(409, core_.options.behaviours.text("not_ready"));
  return link_answer(LinkKind::output, id, request.host_name());
}

Answer TopazRoutes::download_input(const Request& request, const std::string& id) const {
  const auto job = core_.jobs.find(id, request.owner);
  if (!job) return job.error();
  if (!core_.jobs.find_source((*job)->source_id, request.owner)) return unknown_job();
  return link_answer(LinkKind::input, id, request.host_name());
}

Answer TopazRoutes::link_answer(LinkKind kind, const std::string& id,
                                const std::string& host) const {
  const Links::Pair links = core_.links.make(kind, id, host);
  return json_answer(
      JsonWriter()
          .begin_object()
          .member(core_.options.behaviours.text("download_member").c_str(), links.download_url)
          .member("head_url", links.head_url)
          .member("expiry", links.expiry)
          .end_object());
}

Answer TopazRoutes::balance() const {
  const auto balance = core_.jobs.balance();
  if (!balance) return balance.error();
  return json_answer(JsonWriter()
                         .begin_object()
                         .member("available_credits", balance->available())
                         .member("reserved_credits", balance->reserved)
                         .member("total_credits", balance->total)
                         .end_object());
}

Answer TopazRoutes::charges() const {
  const auto charges = core_.jobs.charges();
  if (!charges) return charges.error();
  JsonWriter json;
  json.begin_object().begin_array("charges");
  for (const Charge& charge : *charges)
    json.begin_object()
        .member("process_id", charge.process_id)
        .member("filename", charge.filename)
        .member("credits", charge.credits)
        .member("time", charge.time)
        .end_object();
  return json_answer(json.end_array().end_object());
}

}  // namespace sharpen::server
