#include "service/jobs/job_store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>

#include <cerrno>
#include <format>
#include <fstream>
#include <iterator>

#include "base/glib_error.h"
#include "base/json.h"

namespace sharpen::server {
namespace {

namespace fs = std::filesystem;

Result<void> write_whole(const fs::path& file, const std::string& text) {
  GErrorGuard error;
  if (!g_file_set_contents_full(file.c_str(), text.data(), static_cast<gssize>(text.size()),
                                G_FILE_SET_CONTENTS_CONSISTENT, 0600, error.out()))
    return fail(ErrorKind::io, error.message(), "Free some space on this disk, then try again.");
  return {};
}

std::string read_whole(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void remove_quietly(const fs::path& file) {
  std::error_code ignored;
  fs::remove(file, ignored);
}

std::uint32_t pixels(const Json& json) {
  return static_cast<std::uint32_t>(json.integer().value_or(0));
}

std::string to_text(const Job& job) {
  JsonWriter json;
  json.begin_object()
      .member("id", job.id)
      .member("source_id", job.source_id)
      .member("filename", job.filename)
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
  return SourcePicture{id,
                       json["filename"].string().value_or(""),
                       *format,
                       pixels(json["width"]),
                       pixels(json["height"]),
                       json["created"].integer().value_or(0),
                       json["orphaned"].integer().value_or(0)};
}

template <class Record>
std::vector<Record> load(const fs::path& folder,
                         std::optional<Record> (*parse)(const std::string&)) {
  std::vector<Record> records;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".json") continue;
    if (auto record = parse(read_whole(entry.path())); record) {
      records.push_back(*std::move(record));
    } else {
      remove_quietly(entry.path());
      remove_quietly(fs::path(entry.path()).replace_extension());
    }
  }
  return records;
}

}  // namespace

Result<JobStore> JobStore::open(const fs::path& folder) {
  for (const char* name : {"spool", "sources", "jobs"})
    if (g_mkdir_with_parents((folder / name).c_str(), 0700) != 0)
      return fail(ErrorKind::io,
                  std::format("{} cannot be made: {}.", folder.string(), g_strerror(errno)),
                  "Choose another folder with --state.");
  if (g_chmod(folder.c_str(), 0700) != 0)
    return fail(ErrorKind::io, std::format("{} belongs to somebody else.", folder.string()),
                "Choose another folder with --state.");
  UniqueFd lock(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorKind::conflict,
                std::format("Another sharpen-service works in {}.", folder.string()),
                "End it, or choose another folder with --state.");
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder / "spool", ignored))
    remove_quietly(entry.path());
  for (const auto& entry : fs::directory_iterator(folder / "jobs", ignored))
    if (const auto kind = entry.path().extension(); kind == ".part" || kind == ".rows")
      remove_quietly(entry.path());
  return JobStore(folder, std::move(lock));
}

fs::path JobStore::source_picture(const std::string& id) const { return folder_ / "sources" / id; }
fs::path JobStore::output_picture(const std::string& id) const { return folder_ / "jobs" / id; }
fs::path JobStore::partial_output(const std::string& id) const {
  return folder_ / "jobs" / (id + ".part");
}

Result<void> JobStore::save(const Job& job) const {
  return write_whole(folder_ / "jobs" / (job.id + ".json"), to_text(job));
}
Result<void> JobStore::save(const SourcePicture& source) const {
  return write_whole(folder_ / "sources" / (source.id + ".json"), to_text(source));
}

void JobStore::remove(const Job& job) const {
  remove_quietly(folder_ / "jobs" / (job.id + ".json"));
  remove_quietly(output_picture(job.id));
}
void JobStore::remove(const SourcePicture& source) const {
  remove_quietly(folder_ / "sources" / (source.id + ".json"));
  remove_quietly(source_picture(source.id));
}

std::vector<Job> JobStore::load_jobs() const { return load<Job>(folder_ / "jobs", job_from); }
std::vector<SourcePicture> JobStore::load_sources() const {
  return load<SourcePicture>(folder_ / "sources", source_from);
}

}  // namespace sharpen::server
