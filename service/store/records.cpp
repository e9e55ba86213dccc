#include "service/store/records.h"

#include <glib.h>

#include "base/json.h"

namespace sharpen::server {
namespace {

std::uint32_t pixels(const Json& json) {
  return static_cast<std::uint32_t>(json.integer().value_or(0));
}

}  // namespace

std::string to_text(const Job& job) {
  JsonWriter json;
  json.begin_object()
      .member("id", job.id)
      .member("source_id", job.source_id)
      .member("filename", job.filename)
      .member("owner", job.owner)
      .member("sequence", job.sequence)
      .member("input_format", name_of(job.input_format))
      .member("input_width", std::int64_t{job.input_width})
      .member("input_height", std::int64_t{job.input_height})
      .member("model", job.model)
      .member("generative", job.generative)
      .member("output_format", name_of(job.output_format))
      .member("output_width", std::int64_t{job.output_width})
      .member("output_height", std::int64_t{job.output_height})
      .member("fast", job.fast)
      .member("sync", job.sync)
      .member("state", word_of(job.state))
      .member("created", job.created)
      .member("started", job.started)
      .member("modified", job.modified)
      .member("credits", job.credits)
      .member("attempts", job.attempts)
      .member("output_bytes", job.output_bytes)
      .member("options_json", job.options_json);
  if (job.crop) {
    json.begin_array("crop");
    for (const std::uint32_t side : *job.crop) json.element(double(side));
    json.end_array();
  }
  json.begin_array("settings");
  for (const auto& [name, value] : job.settings) json.element(name).element(value);
  return json.end_array().end_object().text();
}

std::optional<Job> job_from(const std::string& text) {
  const auto parsed = Json::parse(text);
  if (!parsed) return {};
  const Json& json = *parsed;
  const auto words = [&](const char* name) { return json[name].string().value_or(""); };
  const auto number = [&](const char* name) { return json[name].integer().value_or(0); };
  const auto input = format_from(words("input_format"));
  const auto output = format_from(words("output_format"));
  const auto state = state_from(words("state"));
  if (!input || !output || !state || !g_uuid_string_is_valid(words("id").c_str())) return {};
  Job job{.id = words("id"),
          .source_id = words("source_id"),
          .filename = words("filename"),
          .owner = words("owner"),
          .sequence = number("sequence"),
          .input_format = *input,
          .input_width = pixels(json["input_width"]),
          .input_height = pixels(json["input_height"]),
          .model = words("model"),
          .generative = json["generative"].boolean().value_or(false),
          .output_format = *output,
          .output_width = pixels(json["output_width"]),
          .output_height = pixels(json["output_height"]),
          .settings = {},
          .crop = {},
          .fast = json["fast"].boolean().value_or(false),
          .sync = json["sync"].boolean().value_or(false),
          .state = *state,
          .created = number("created"),
          .started = number("started"),
          .modified = number("modified"),
          .credits = number("credits"),
          .attempts = static_cast<int>(number("attempts")),
          .output_bytes = number("output_bytes"),
          .options_json = words("options_json")};
  if (const auto box = json["crop"].elements(); box.size() == 4)
    job.crop = {pixels(box[0]), pixels(box[1]), pixels(box[2]), pixels(box[3])};
  const auto settings = json["settings"].elements();
  for (std::size_t i = 0; i + 1 < settings.size(); i += 2)
    job.settings.emplace(settings[i].string().value_or(""), settings[i + 1].string().value_or(""));
  return job;
}

std::string to_text(const SourcePicture& source) {
  return JsonWriter()
      .begin_object()
      .member("id", source.id)
      .member("filename", source.filename)
      .member("owner", source.owner)
      .member("bytes", source.bytes)
      .member("format", name_of(source.format))
      .member("width", std::int64_t{source.width})
      .member("height", std::int64_t{source.height})
      .member("created", source.created)
      .member("orphaned", source.orphaned)
      .end_object()
      .text();
}

std::optional<SourcePicture> source_from(const std::string& text) {
  const auto parsed = Json::parse(text);
  if (!parsed) return {};
  const Json& json = *parsed;
  const auto format = format_from(json["format"].string().value_or(""));
  const std::string id = json["id"].string().value_or("");
  if (!format || !g_uuid_string_is_valid(id.c_str())) return {};
  return SourcePicture{.id = id,
                       .filename = json["filename"].string().value_or(""),
                       .owner = json["owner"].string().value_or(""),
                       .format = *format,
                       .width = pixels(json["width"]),
                       .height = pixels(json["height"]),
                       .bytes = json["bytes"].integer().value_or(0),
                       .created = json["created"].integer().value_or(0),
                       .orphaned = json["orphaned"].integer().value_or(0)};
}

std::string to_text(const Charge& charge) {
  return JsonWriter()
      .begin_object()
      .member("process_id", charge.process_id)
      .member("filename", charge.filename)
      .member("credits", charge.credits)
      .member("time", charge.time)
      .end_object()
      .text();
}

std::optional<Charge> charge_from(const std::string& text) {
  const auto json = Json::parse(text);
  if (!json) return {};
  return Charge{(*json)["process_id"].string().value_or(""),
                (*json)["filename"].string().value_or(""), (*json)["credits"].integer().value_or(0),
                (*json)["time"].integer().value_or(0)};
}

}  // namespace sharpen::server
