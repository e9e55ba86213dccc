#include "ui/dialog.h"

#include <libgimp/gimpui.h>

#include "base/glib_source.h"
#include "base/i18n.h"
#include "ui/main_dialog.h"
#include "ui/pages/recovery.h"
#include "ui/run/loop.h"
#include "ui/run/work_view.h"
#include "ui/widgets/help.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

constexpr const char* program_name = "remote-sharpen";

struct DestroyWidget {
  void operator()(GtkWidget* widget) const { gtk_widget_destroy(widget); }
};
using Window = std::unique_ptr<GtkWidget, DestroyWidget>;

/// In GIMP's status bar for a moment.
void show_in_status_bar(const std::vector<std::string>& findings) {
  std::string text;
  for (const auto& finding : findings) text += (text.empty() ? "" : " · ") + finding;
  if (text.empty()) return;
  constexpr unsigned reading_milliseconds = 2000;
  gimp_progress_init(text.c_str());
  gimp_progress_update(1);
  Loop loop;
  const auto read =
      EventSource::timeout(reading_milliseconds, [&loop] { return loop.quit(), false; });
  loop.run();
  gimp_progress_end();
}

}  // namespace

Result<void> begin_windows() {
  // gimp_ui_init() would end the program.
  if (!gtk_init_check(nullptr, nullptr))
    return fail(ErrorKind::bad_argument, _("There is no screen to show a window on."),
                _("Run it with RUN-NONINTERACTIVE here."));
  gimp_ui_init(program_name);
  return {};
}

void tell_user(const std::vector<std::string>& notes) {
  std::string text;
  for (const auto& note : notes) {
    if (!note.empty()) text += (text.empty() ? "" : "\n") + note;
  }
  if (!text.empty()) gimp_message(text.c_str());
}

void tell_end(std::vector<std::string> notes, const std::vector<std::string>& findings) {
  std::erase(notes, std::string());
  if (notes.empty()) return show_in_status_bar(findings);
  // GIMP shows a short message in the status bar, too, where nobody sees it: one of more lines is
  // a window of its own.
  notes.insert(notes.begin(), findings.begin(), findings.end());
  tell_user(notes);
}

Result<void> run_dialog(GimpProcedure* procedure, GimpProcedureConfig* config,
                        const ConfigBridge& bridge, Host& host, const Home& home,
                        RecoverHost* recover) {
  if (auto begun = begin_windows(); !begun) return begun;
  MainDialog dialog(procedure, config, bridge, host, home, recover);
  return dialog.run();
}

Result<void> run_progress(const Settings& settings, Host& host, const Home& home,
                          const Host::PlaceOptions& options) {
  if (auto begun = begin_windows(); !begun) return begun;
  const Window window(gimp_dialog_new(_("Remote Sharpen"), program_name, nullptr, GtkDialogFlags{},
                                      nullptr, nullptr, nullptr));
  gimp_window_set_transient(GTK_WINDOW(window.get()));
  gtk_window_set_resizable(GTK_WINDOW(window.get()), FALSE);
  WorkView view(window.get(), false);
  GtkWidget* content = gtk_dialog_get_content_area(GTK_DIALOG(window.get()));
  gtk_container_set_border_width(GTK_CONTAINER(content), wide_gap);
  // The dialog's own button area is empty, but would still take its margins.
  for (GtkWidget* part : children_of(content)) gtk_widget_hide(part);
  append(content, view.widget(), true);

  std::vector<Task> tasks;
  std::vector<std::string> titles;
  for (std::size_t source = 0; source < host.sources().size(); ++source) {
    tasks.push_back({source, settings, {}});
    titles.push_back(host.sources()[source].layer_name);
  }
  const auto end =
      view.run(host, home, std::move(tasks), options, titles, model_title(settings.model), "");
  if (end != WorkView::End::placed) return std::unexpected(as_read(view.error()));
  gtk_widget_hide(window.get());
  tell_end(view.notes(), view.findings());
  return {};
}

Result<void> run_recover_dialog(RecoverHost& host, const Home& home) {
  if (auto begun = begin_windows(); !begun) return begun;
  const Window window(gimp_dialog_new(
      _("Unfinished Sharpening"), program_name, nullptr, GtkDialogFlags{}, gimp_standard_help_func,
      "plug-in-remote-sharpen-recover", _("_Close"), GTK_RESPONSE_CLOSE, nullptr));
  gimp_window_set_transient(GTK_WINDOW(window.get()));
  Connections while_open;
  offer_help(while_open, window.get(), home, "unfinished");
  Recovery recovery(host, home, [] {});
  show_recovery(window.get(), recovery);
  tell_user({recovery.finish()});
  return {};
}

}  // namespace sharpen
