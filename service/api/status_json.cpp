#include "service/api/status_json.h"

#include <cmath>

namespace sharpen::server {
namespace {

std::int64_t percent(const Job& job, const Core& core, int polls) {
  if (job.state == JobState::processing) {
    if (core.options.behaviours.is("progress", "zero")) return 0;
    if (core.options.behaviours.is("progress", "jumps")) return polls * 37 % 100;
  }
  return std::lround(100 * core.jobs.progress(job));
}

void append_face_and_subject(JsonWriter& json, const Job& job) {
  const auto setting = [&](const char* name) -> std::optional<std::string> {
    const auto found = job.settings.find(name);
    return found == job.settings.end() ? std::nullopt : std::optional(found->second);
  };
  json.member("subject_detection", setting("subject_detection").value_or("All"));
  json.member("face_enhancement", setting("face_enhancement").value_or("true") == "true");
  for (const char* name : {"face_enhancement_creativity", "face_enhancement_strength"})
    if (const auto text = setting(name)) json.member(name, number_from(*text).value_or(0));
}

}  // namespace

void append_status(JsonWriter& json, const Job& job, const Core& core, int polls) {
  const std::string word = job.state == JobState::processing
                               ? core.options.behaviours.text("processing_word")
                               : std::string(word_of(job.state));
  json.begin_object()
      .member("process_id", job.id)
      .member("source_id", job.source_id)
      .member("filename", job.filename)
      .member("input_format", name_of(job.input_format))
      .member("input_height", std::int64_t{job.input_height})
      .member("input_width", std::int64_t{job.input_width})
      .member("output_format", name_of(job.output_format))
      .member("output_height", std::int64_t{job.output_height})
      .member("output_width", std::int64_t{job.output_width})
      .member("category", "Sharpen")
      .member("model_type", job.generative ? "Generative" : "GAN")
      .member("model", job.model)
      .member("crop_to_fill", false);
  append_face_and_subject(json, job);
  if (!job.options_json.empty()) json.member("options_json", job.options_json);
  json.member("status", word)
      .member("progress", percent(job, core, polls))
      .member("eta", core.jobs.eta(job))
      .member("creation_time", job.created)
      .member("modification_time", job.modified)
      .member("credits", job.credits)
      .end_object();
}

}  // namespace sharpen::server
