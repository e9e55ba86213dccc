#include "plugin/files/files_procedure.h"

#include <signal.h>

#include <algorithm>

#include "base/glib_ref.h"
#include "base/i18n.h"
#include "plugin/files/files_arguments.h"
#include "plugin/files/files_run.h"
#include "plugin/files/progress_lines.h"

namespace sharpen {
namespace {

void tell_gimp(const FilesRun& run, std::size_t index) {
  const auto& items = run.items();
  const auto ended = static_cast<double>(
      std::ranges::count_if(items, [](const FileItem& item) { return is_final(item.state); }));
  if (is_final(items.at(index).state))
    gimp_progress_set_text(display_name(items.at(index).input.file.filename()).c_str());
  gimp_progress_update(ended / static_cast<double>(items.size()));
}

}  // namespace

Result<FileTotals> run_files(GimpProcedureConfig* config, const Home& home) {
  ::signal(SIGPIPE, SIG_IGN);
  auto options = read_files_options(config);
  if (!options) return fail(std::move(options));
  auto lines = ProgressLines::open(options->progress);
  if (!lines) return fail(std::move(lines));
  const auto refuse = [&](const Error& error) {
    lines->end({}, error, options->dry_run);
    return std::unexpected(error);
  };
  const auto settings = read_files_settings(config, home);
  if (!settings) return refuse(settings.error());
  if (const auto told = withdrawal_of(*settings); !told.empty()) gimp_message(told.c_str());

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
