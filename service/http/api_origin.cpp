#include "service/http/api_origin.h"

#include <gio/gio.h>

#include <string>

#include "service/http/metrics.h"
#include "service/http/request_handlers.h"

namespace sharpen::server {
namespace {

/// "127.0.0.2", but not "127.example.com".
bool is_loopback(const std::string& host) {
  const auto address = Ref<GInetAddress>::adopt(g_inet_address_new_from_string(host.c_str()));
  return address && g_inet_address_get_is_loopback(address.get());
}

}  // namespace

Checked<void> ApiOrigin::check_host(const Request& request) {
  const std::string host = request.host_name();
  // A name that a foreign DNS server points at this machine, or a page of a foreign site.
  if (host != "localhost" && host != "[::1]" && !is_loopback(host))
    return refuse(403, "Without a key this service only answers to this computer's own names.");
  if (request.headers.contains("origin"))
    return refuse(403, "Without a key this service answers no web pages.");
  return {};
}

std::optional<std::string> ApiOrigin::owner_of(const Request& request) const {
  if (core_.keys.empty()) return "";
  if (TopazRoutes::owns(request.path)) return core_.keys.name_of(request.header("x-api-key"));
  const std::string bearer = request.header("authorization");
  constexpr std::string_view scheme = "Bearer ";
  return core_.keys.name_of(bearer.starts_with(scheme) ? bearer.substr(scheme.size()) : "");
}

Answer ApiOrigin::error(unsigned status, const std::string& path) const {
  return AimlapiRoutes::owns(path) ? aimlapi_.error(status, path) : error_answer(status);
}

Checked<std::unique_ptr<RequestHandler>> ApiOrigin::begin(const Request& request) {
  core_.jobs.expire();
  if (core_.keys.empty())
    if (auto checked = check_host(request); !checked) return std::unexpected(checked.error());
  if (request.path == "/healthz") return without_body([this] { return health_answer(core_); });
  if (!TopazRoutes::owns(request.path) && !AimlapiRoutes::owns(request.path))
    return std::unexpected(error_answer(404));
  const auto owner = owner_of(request);
  if (!owner) {
    ++core_.jobs.counters().wrong_keys;
    core_.log.write_seldom("wrong key", {{"path", request.path}});
    return std::unexpected(error(401, request.path));
  }
  Request known = request;
  known.owner = *owner;
  if (faults_.over_rate()) {
    Answer answer = error(429, request.path);
    if (const auto wait = core_.options.behaviours.number("retry_after"); wait > 0)
      answer.headers.emplace_back("Retry-After", std::to_string(wait));
    return std::unexpected(std::move(answer));
  }
  return TopazRoutes::owns(request.path) ? topaz_.begin(known) : aimlapi_.begin(known);
}

void ApiOrigin::decorate(Answer& answer) {
  if (answer.status < 400 || core_.options.behaviours.is("error_body", "json")) return;
  const bool html = core_.options.behaviours.is("error_body", "html");
  answer.content_type = html ? "text/html" : "";
  answer.body = html ? "<html><head><title>Error " + std::to_string(answer.status) +
                           "</title></head><body><h1>Error</h1></body></html>"
                     : "";
}

}  // namespace sharpen::server
