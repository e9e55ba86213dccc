#include "service/event_log.h"

#include <cstdio>
#include <print>

#include "base/json.h"

namespace sharpen::server {
namespace {
constexpr int most_a_minute = 10;
}

void EventLog::write(std::string_view event, const Fields& fields) {
  if (!on_) return;
  JsonWriter json;
  json.begin_object().member("time", clock_()).member("event", event);
  for (const auto& [name, value] : fields) json.member(name, value);
  std::println(stderr, "{}", json.end_object().text());
}

void EventLog::write_seldom(std::string_view event, const Fields& fields) {
  const std::int64_t minute = clock_() / 60;
  if (minute != minute_) written_ = 0;
  minute_ = minute;
  if (++written_ <= most_a_minute) write(event, fields);
}

}  // namespace sharpen::server
