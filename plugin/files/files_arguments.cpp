#include "plugin/files/files_arguments.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/number_text.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/procedures/arguments.h"
#include "ui/run/presets.h"

namespace sharpen {
namespace {

constexpr auto flags = G_PARAM_READWRITE;
// As in plugin/procedures/arguments.cpp: GObject drops what is out of range, so all gets here.
constexpr double any_number = std::numeric_limits<float>::max();
constexpr auto number_flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_LAX_VALIDATION);
constexpr double no_limit = -1;

std::string text(GimpProcedureConfig* config, const char* name) {
  char* value = nullptr;
  g_object_get(config, name, &value, nullptr);
  return text_of(value);
}
double number(GimpProcedureConfig* config, const char* name) {
  double value = 0;
  g_object_get(config, name, &value, nullptr);
  return value;
}
bool flag(GimpProcedureConfig* config, const char* name) {
  gboolean value = FALSE;
  g_object_get(config, name, &value, nullptr);
  return value;
}

Result<std::vector<std::filesystem::path>> inputs_of(GimpProcedureConfig* config) {
  char** values = nullptr;
  g_object_get(config, "inputs", &values, nullptr);
  const OwnedStrv owned(values);
  std::vector<std::filesystem::path> inputs;
  for (char** value = values; value && *value; ++value) {
    auto path = path_from(*value);
    if (!path) return fail(std::move(path));
    inputs.push_back(*std::move(path));
  }
  return inputs;
}

Result<void> check_numbers(GimpProcedureConfig* config) {
  const double limit = number(config, "max-cost");
  if (!(limit >= 0) && limit != no_limit)
    return fail(ErrorKind::bad_argument,
                tr("max-cost must be 0 or more, not {}.", plain_number(limit)),
                _("Leave it out for no limit."));
  for (const FilesArgument& argument : files_arguments()) {
    if (argument.kind != FilesArgument::Kind::number) continue;
    const double value = number(config, argument.name);
    if (value >= argument.minimum && value <= argument.maximum) continue;
    return fail(ErrorKind::bad_argument, tr("{} must be between {} and {}, not {}.", argument.name,
                                            plain_number(argument.minimum),
                                            plain_number(argument.maximum), plain_number(value)));
  }
  return {};
}

}  // namespace

Result<FilesOptions> read_files_options(GimpProcedureConfig* config) {
  if (auto checked = check_numbers(config); !checked) return fail(std::move(checked));
  FilesOptions options;
  auto inputs = inputs_of(config);
  if (!inputs) return fail(std::move(inputs));
  options.inputs = *std::move(inputs);
  const auto format = output_format_from(text(config, "format"));
  if (!format) return std::unexpected(format.error());
  const auto if_exists = if_exists_from(text(config, "if-exists"));
  if (!if_exists) return std::unexpected(if_exists.error());
  for (const auto& [name, into] :
       {std::pair{"list-file", &options.list_file}, std::pair{"output", &options.output_folder},
        std::pair{"report", &options.report}, std::pair{"progress-file", &options.progress}}) {
    auto path = path_from(text(config, name));
    if (!path) return fail(std::move(path));
    *into = *std::move(path);
  }
  options.recursive = flag(config, "recursive");
  options.only = text(config, "only");
  options.name_pattern = text(config, "name");
  options.format = *format;
  options.jpeg_quality = static_cast<int>(number(config, "quality"));
  options.if_exists = *if_exists;
  options.keep_times = flag(config, "keep-times");
  options.concurrency = static_cast<int>(number(config, "jobs"));
  if (const double limit = number(config, "max-cost"); limit >= 0) options.max_cost = limit;
  options.dry_run = flag(config, "dry-run");
  options.continue_on_error = !flag(config, "stop-on-error");
  return options;
}

void write_files_options(GimpProcedureConfig* config, const FilesOptions& options) {
  std::vector<OwnedChars> addresses;
  std::vector<const char*> inputs;
  for (const auto& input : options.inputs)
    inputs.push_back(
        addresses.emplace_back(g_filename_to_uri(input.c_str(), nullptr, nullptr)).get());
  inputs.push_back(nullptr);
  const OwnedChars output(g_filename_to_uri(options.output_folder.c_str(), nullptr, nullptr));
  g_object_set(config, "inputs", inputs.data(), "recursive", gboolean{options.recursive}, "only",
               options.only.c_str(), "output", output ? output.get() : "", "name",
               options.name_pattern.c_str(), "format", word_of(options.format), "quality",
               static_cast<double>(options.jpeg_quality), "if-exists", word_of(options.if_exists),
               "keep-times", gboolean{options.keep_times}, "jobs",
               static_cast<double>(options.concurrency), "max-cost",
               options.max_cost.value_or(no_limit), nullptr);
}

Result<Settings> read_files_settings(GimpProcedureConfig* config, const Home& home) {
  const std::string name = text(config, "preset");
  if (name.empty()) return read_settings(config);
  const auto given = read_unchecked_settings(config);
  if (!given) return given;
  const Presets presets(home.presets());
  if (const UnusablePreset* unusable = presets.find_unusable(name))
    return std::unexpected(unusable->problem);
  const Preset* preset = presets.find(name);
  if (!preset)
    return fail(ErrorKind::bad_argument, tr("There is no preset “{}”.", name),
                _("Save one of this name in the dialog of Remote Sharpen."));
  Settings settings = preset->settings;
  const Settings plain;
  if (given->service != plain.service) settings.service = given->service;
  if (given->service_url != plain.service_url) settings.service_url = given->service_url;
  if (given->model != plain.model) settings.model = given->model;
  if (given->face_enhancement != plain.face_enhancement)
    settings.face_enhancement = given->face_enhancement;
  if (given->subject_detection != plain.subject_detection)
    settings.subject_detection = given->subject_detection;
  if (given->blur != plain.blur) {
    settings.blur = given->blur;
    // The preset's are of another blur.
    for (const Parameter& parameter : parameters())
      if (!is_for(parameter.id, BlurKind::automatic)) settings.value(parameter.id).reset();
  }
  if (given->protect_sharp != plain.protect_sharp) settings.protect_sharp = given->protect_sharp;
  for (std::size_t i = 0; i < parameter_count; ++i)
    if (given->values.at(i)) settings.values.at(i) = given->values.at(i);
  if (auto checked = check(settings); !checked) return fail(std::move(checked));
  return settings;
}

void add_files_arguments(GimpProcedure* procedure) {
  gimp_procedure_add_enum_argument(procedure, "run-mode", _("Run mode"), _("The run mode"),
                                   GIMP_TYPE_RUN_MODE, GIMP_RUN_NONINTERACTIVE, flags);
  gimp_procedure_add_string_array_argument(
      procedure, "inputs", _("_Pictures"),
      _("Pictures and folders: paths, or file: addresses where a name is not UTF-8"), flags);
  for (const FilesArgument& argument : files_arguments()) {
    switch (argument.kind) {
      case FilesArgument::Kind::text:
      case FilesArgument::Kind::path:
        gimp_procedure_add_string_argument(procedure, argument.name, _(argument.title),
                                           _(argument.help), argument.text, flags);
        break;
      case FilesArgument::Kind::number:
        gimp_procedure_add_double_argument(procedure, argument.name, _(argument.title),
                                           _(argument.help), -any_number, any_number,
                                           argument.value, number_flags);
        break;
      case FilesArgument::Kind::flag:
        gimp_procedure_add_boolean_argument(procedure, argument.name, _(argument.title),
                                            _(argument.help), argument.value != 0, flags);
    }
  }
  add_setting_arguments(procedure);
  gimp_procedure_add_string_argument(
      procedure, "progress-file", _("Pro_gress file"),
      _("File or pipe that gets one JSON object a line as the run goes on; empty: none"), "",
      flags);
  gimp_procedure_add_int_return_value(procedure, "done", _("Done"),
                                      _("How many results were written"), 0, G_MAXINT, 0, flags);
  gimp_procedure_add_string_return_value(procedure, "summary", _("Summary"),
                                         _("What happened to all files, in one sentence"), "",
                                         flags);
}

}  // namespace sharpen
