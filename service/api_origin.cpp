#include "service/api_origin.h"

#include <glib.h>

#include <string>

namespace sharpen::server {
namespace {

/// "127.0.0.1:80" → "127.0.0.1", "[::1]:80" → "[::1]".
std::string host_name(const std::string& host) {
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  if (colon == std::string::npos || (bracket != std::string::npos && colon < bracket)) return host;
  return host.substr(0, colon);
}

}  // namespace

Checked<void> ApiOrigin::check_host(const Request& request) const {
  const std::string host = host_name(request.header("host"));
  // A name that a foreign DNS server points at this machine, or a page of a foreign site.
  if (host != "localhost" && host != "[::1]" && !host.starts_with("127."))
    return refuse(403, "Without a key this service only answers to this computer's own names.");
  if (request.headers.contains("origin"))
    return refuse(403, "Without a key this service answers no web pages.");
  return {};
}

Checked<void> ApiOrigin::check_rate() {
  const std::int64_t every = core_.options.behaviours.number("rate_limit");
  if (every == 0 || ++requests_ % every != 0) return {};
  Answer answer = error_answer(429);
  if (const auto seconds = core_.options.behaviours.number("retry_after"); seconds > 0)
    answer.headers.emplace_back("Retry-After", std::to_string(seconds));
  return std::unexpected(std::move(answer));
}

Checked<std::unique_ptr<Conversation>> ApiOrigin::begin(const Request& request) {
  core_.jobs.expire();
  if (core_.options.key.empty())
    if (auto checked = check_host(request); !checked) return std::unexpected(checked.error());
  if (!TopazRoutes::owns(request.path)) return std::unexpected(error_answer(404));
  if (!core_.options.key.empty() &&
      !equal_in_constant_time(request.header("x-api-key"), core_.options.key))
    return std::unexpected(error_answer(401));
  if (auto checked = check_rate(); !checked) return std::unexpected(checked.error());
  return topaz_.begin(request);
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
