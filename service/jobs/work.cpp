#include "service/jobs/work.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>

#include "base/json.h"
#include "service/engine/engine.h"
#include "service/testing/identity.h"

namespace sharpen::server {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

/// False if it was stopped meanwhile.
bool wait(milliseconds duration, std::stop_token stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

engine::Settings engine_settings(const Job& job) {
  const auto number = [&](const char* name) -> std::optional<double> {
    const auto found = job.settings.find(name);
    return found == job.settings.end() ? std::nullopt : number_from(found->second);
  };
  engine::Settings settings;
  settings.model = job.model;
  settings.strength = number("strength");
  settings.minor_denoise = number("minor_denoise");
  settings.denoise_strength = number("denoise_strength");
  settings.fast = job.fast;
  settings.blur_size = number("blur_size");
  settings.blur_angle = number("blur_angle");
  settings.blur_edge = number("blur_edge");
  settings.keep_grain = number("keep_grain").value_or(0);
  const auto word = [&](const char* name) {
    const auto found = job.settings.find(name);
    return found == job.settings.end() ? std::string() : found->second;
  };
  settings.blur = engine::blur_kind(word("blur"));
  settings.protect_sharp = word("protect_sharp") != "false";
  if (const auto subject = job.settings.find("subject_detection"); subject != job.settings.end()) {
    if (subject->second == "Foreground" || subject->second == "foreground")
      settings.subject = engine::Subject::foreground;
    if (subject->second == "Background" || subject->second == "background")
      settings.subject = engine::Subject::background;
  }
  if (job.crop) settings.crop = {(*job.crop)[0], (*job.crop)[1], (*job.crop)[2], (*job.crop)[3]};
  return settings;
}

/// The settings that were used: a client compares them with what it sent.
void append_settings(JsonWriter& json, const Job& job) {
  for (const auto& [name, text] : job.settings)
    if (const auto value = number_from(text)) json.member(name.c_str(), *value);
}

std::string to_text(const engine::Report& report, const Job& job) {
  JsonWriter json;
  json.begin_object()
      .member("summary", report.summary)
      .member("outcome", name_of(report.outcome))
      .member("part", report.part)
      .member("family", report.family)
      .member("size", report.size)
      .member("angle", report.angle)
      .member("noise", report.noise)
      .member("confidence", report.confidence)
      .member("linear_light", report.linear_light)
      .member("changed", report.changed)
      .member("subject_found", report.subject_found);
  append_settings(json, job);
  return json.end_object().text();
}

Result<std::string> process(const WorkOrder& order, Ticket& ticket) {
  if (order.engine == EngineKind::identity) {
    if (auto copied = copy_picture(order, ticket); !copied) return fail(std::move(copied));
    JsonWriter json;
    json.begin_object().member("summary", "returned as it came");
    append_settings(json, order.job);
    return json.end_object().text();
  }
  const auto report = engine::sharpen_file(
      order.input, order.output, order.job.output_format, engine_settings(order.job),
      [&](double progress) { ticket.progress = progress; }, ticket.stop.get_token(),
      order.job.fast ? order.recent.get() : nullptr);
  if (!report) return std::unexpected(report.error());
  return to_text(*report, order.job);
}

Result<std::string> carry_out_paced(const WorkOrder& order, Ticket& ticket,
                                    const std::function<void()>& on_start) {
  const std::stop_token stop = ticket.stop.get_token();
  const auto cancelled = [] { return fail(ErrorKind::cancelled, "Cancelled."); };
  if (!wait(order.pending, stop)) return cancelled();
  on_start();
  const auto start = SteadyClock::now();
  auto result = process(order, ticket);
  if (stop.stop_requested()) return cancelled();
  // A slow service, for tests: the rest of the time passes with progress.
  while (result && SteadyClock::now() - start < order.processing) {
    ticket.progress = std::chrono::duration<double>(SteadyClock::now() - start) /
                      std::chrono::duration<double>(order.processing);
    if (!wait(std::min(milliseconds(20), order.processing), stop)) return cancelled();
  }
  if (order.fail) return fail(ErrorKind::internal, "This job was told to fail.");
  return result;
}

}  // namespace

Result<std::string> carry_out(const WorkOrder& order, Ticket& ticket,
                              const std::function<void()>& on_start) {
  Result<std::string> result;
  try {
    result = carry_out_paced(order, ticket, on_start);
  } catch (const std::exception& error) {
    result = fail(ErrorKind::internal, error.what());  // out of memory, most likely
  }
  std::error_code ignored;
  if (!result) std::filesystem::remove(order.output, ignored);
  return result;
}

}  // namespace sharpen::server
