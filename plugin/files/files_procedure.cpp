#include "plugin/files/files_procedure.h"

#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>

#include "base/glib_ref.h"
#include "base/i18n.h"
#include "plugin/files/files_run.h"
#include "plugin/files/progress_lines.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/procedures/arguments.h"
#include "ui/run/presets.h"

namespace sharpen {
namespace {

constexpr auto flags = G_PARAM_READWRITE;

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

Result<FilesOptions> read_options(GimpProcedureConfig* config) {
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

/// The preset's settings, and over them each argument that is not at its default.
Result<Settings> read_files_settings(GimpProcedureConfig* config, const Home& home) {
  auto given = read_settings(config);
  const std::string name = text(config, "preset");
  if (!given || name.empty()) return given;
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
  for (std::size_t i = 0; i < parameter_count; ++i)
    if (given->values.at(i)) settings.values.at(i) = given->values.at(i);
  if (auto checked = check(settings); !checked) return fail(std::move(checked));
  return settings;
}

void tell_gimp(const FilesRun& run, std::size_t index) {
  const auto& items = run.items();
  const auto ended = static_cast<double>(
      std::ranges::count_if(items, [](const FileItem& item) { return is_final(item.state); }));
  if (is_final(items.at(index).state))
    gimp_progress_set_text(display_name(items.at(index).input.file.filename()).c_str());
  gimp_progress_update(ended / static_cast<double>(items.size()));
}

}  // namespace

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
                                           _(argument.help), argument.minimum, argument.maximum,
                                           argument.value, flags);
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
                                         _("What became of all files, in a sentence"), "", flags);
}

Result<FileTotals> run_files(GimpProcedureConfig* config, const Home& home) {
  // A run that outlives its GIMP could write nothing, and would keep its jobs from the next run.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGPIPE, SIG_IGN);
  auto options = read_options(config);
  if (!options) return fail(std::move(options));
  auto lines = ProgressLines::open(options->progress);
  if (!lines) return fail(std::move(lines));
  const auto refuse = [&](const Error& error) {
    lines->end({}, error, options->dry_run);
    return std::unexpected(error);
  };
  const auto settings = read_files_settings(config, home);
  if (!settings) return refuse(settings.error());

  const auto loop = Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, FALSE));
  std::unique_ptr<FilesRun> run;
  FilesRun::Events events;
  events.changed = [&](std::size_t index) {
    const FileItem& item = run->items().at(index);
    if (!is_final(item.state)) return;
    lines->file(index, item, run->totals());
    tell_gimp(*run, index);
  };
  events.finished = [&] { g_main_loop_quit(loop.get()); };
  auto prepared = FilesRun::prepare(*options, *settings, home, std::move(events));
  if (!prepared) return refuse(prepared.error());
  run = *std::move(prepared);
  lines->begin(run->items().size());
  gimp_progress_init(_("Sharpening"));
  run->start();
  g_main_loop_run(loop.get());
  gimp_progress_end();
  const FileTotals totals = run->totals();
  lines->end(totals, run->stopped(), options->dry_run);
  if (!run->stopped()) return totals;
  Error error = *run->stopped();
  error.message = totals.sentence(options->dry_run) + " " + error.message;
  return std::unexpected(std::move(error));
}

}  // namespace sharpen
