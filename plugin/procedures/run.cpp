#include "plugin/procedures/run.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

#include <exception>
#include <filesystem>
#include <memory>
#include <string>

#include "base/i18n.h"
#include "plugin/files/files_procedure.h"
#include "plugin/files_dialog/files_dialog.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/layer_tree.h"
#include "plugin/host/gimp_host.h"
#include "plugin/place/saved_results.h"
#include "plugin/procedures/arguments.h"
#include "plugin/procedures/recover.h"
#include "plugin/procedures/unattended.h"
#include "ui/dialog.h"
#include "ui/run/memory.h"

namespace sharpen {
namespace {

GimpPDBStatusType status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::cancelled:
      return GIMP_PDB_CANCEL;
    case ErrorKind::bad_argument:
      return GIMP_PDB_CALLING_ERROR;
    default:
      return GIMP_PDB_EXECUTION_ERROR;
  }
}

/// GIMP without windows (gimp-console, or with --no-interface) cannot show ours.
bool has_windows() { return gimp_default_display() != nullptr; }

GimpValueArray* failed(GimpProcedure* procedure, const Error& error) {
  GError* message = error.kind == ErrorKind::cancelled
                        ? nullptr
                        : g_error_new_literal(GIMP_PLUG_IN_ERROR, 0, error.text().c_str());
  return gimp_procedure_new_return_values(procedure, status_of(error.kind), message);
}

/// A person reads the sentence alone: GIMP would put "Calling error for" before it.
GimpValueArray* failed_for(GimpRunMode run_mode, GimpProcedure* procedure, Error error) {
  if (run_mode != GIMP_RUN_NONINTERACTIVE && has_windows()) {
    if (error.kind != ErrorKind::cancelled) gimp_message(error.text().c_str());
    error.kind = ErrorKind::cancelled;
  }
  return failed(procedure, error);
}

GimpValueArray* succeeded(GimpProcedure* procedure, const std::vector<int>& layer_ids) {
  GimpValueArray* values = gimp_procedure_new_return_values(procedure, GIMP_PDB_SUCCESS, nullptr);
  std::vector<GObject*> layers;
  for (const int id : layer_ids)
    if (GimpLayer* layer = find_layer(id)) layers.push_back(G_OBJECT(layer));
  layers.push_back(nullptr);
  g_value_set_boxed(gimp_value_array_index(values, 1), layers.data());
  return values;
}

void tell(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) gimp_message(note.c_str());
}

/// GEGL would keep every tile that it has seen: 600 MB for a picture of 100 MP.
void bound_tile_cache() {
  constexpr guint64 bytes = 32u << 20;
  g_object_set(gegl_config(), "tile-cache-size", bytes, nullptr);
}

/// After a run with a dialog libgimp keeps the last values in a parasite of the image; of one that
/// was closed meanwhile, GIMP would show its complaint (gimp_image_procedure_run in libgimp).
void expect_closed_image(GimpProcedure* procedure) {
  gimp_plug_in_set_pdb_error_handler(gimp_procedure_get_plug_in(procedure),
                                     GIMP_PDB_ERROR_HANDLER_PLUGIN);
}

/// What was chosen last, as the dialog would show it: GIMP learns it only when a run has ended
/// well, and until then would repeat an older one, perhaps at another service.
void take_unfinished(GimpProcedureConfig* config, const Home& home) {
  const Memory memory(home);
  if (!memory.unfinished()) return;
  const Choice& choice = *memory.unfinished();
  config_bridge().write(config, choice.settings);
  g_object_set(config, "output-name", choice.output_name.c_str(), "keep-source-visible",
               gboolean{choice.keep_source_visible}, nullptr);
}

Result<void> sharpen_drawables(GimpProcedure* procedure, GimpRunMode run_mode, GimpHost& host,
                               GimpProcedureConfig* config, const Home& home) {
  if (run_mode == GIMP_RUN_INTERACTIVE) {
    GimpRecoverHost recover(home);
    return run_dialog(procedure, config, config_bridge(), host, home, &recover);
  }
  const bool repeated = run_mode == GIMP_RUN_WITH_LAST_VALS && has_windows();
  if (repeated) take_unfinished(config, home);
  const auto settings = read_settings(config);
  if (!settings) return std::unexpected(settings.error());
  const Host::PlaceOptions options = read_place_options(config);
  if (repeated) return run_progress(*settings, host, home, options);
  auto notes = run_unattended(*settings, host, home, options);
  if (!notes) return fail(std::move(notes));
  tell(*notes);
  return {};
}

GimpRunMode run_mode_of(GimpProcedureConfig* config) {
  GimpRunMode run_mode = GIMP_RUN_NONINTERACTIVE;
  g_object_get(config, "run-mode", &run_mode, nullptr);
  return run_mode;
}

/// Runs `body`; whatever it throws becomes a failing status.
template <class Body>
GimpValueArray* guarded(GimpProcedure* procedure, Body body) {
  try {
    return body();
  } catch (const std::exception& exception) {
    return failed(procedure,
                  {ErrorKind::internal, tr("Remote Sharpen failed: {}.", exception.what()), ""});
  } catch (...) {
    return failed(procedure, {ErrorKind::internal, _("Remote Sharpen failed."), ""});
  }
}

}  // namespace

Home gimp_home() {
  Home home;
  home.program = std::filesystem::path(gimp_get_progname()).parent_path();
  home.user = std::filesystem::path(gimp_directory()) / "remote-sharpen";
  g_mkdir_with_parents(home.user.c_str(), 0700);
  const std::filesystem::path certificates = home.user / "certificates.pem";
  std::error_code none;
  if (std::filesystem::exists(certificates, none)) home.ca_file = certificates;
  return home;
}

GimpValueArray* run_sharpen(GimpProcedure* procedure, GimpRunMode run_mode, GimpImage* image,
                            GimpDrawable** drawables, GimpProcedureConfig* config, gpointer) {
  return guarded(procedure, [&] {
    bound_tile_cache();
    if (run_mode != GIMP_RUN_NONINTERACTIVE) forget_values_of(image, config);
    const Home home = gimp_home();
    forget_saved_results(home);
    std::vector<GimpDrawable*> chosen;
    for (GimpDrawable** drawable = drawables; drawable && *drawable; ++drawable)
      chosen.push_back(*drawable);
    const int image_id = gimp_image_get_id(image);
    const auto host = GimpHost::open(image, chosen, home);
    if (!host) return failed_for(run_mode, procedure, host.error());
    const auto done = sharpen_drawables(procedure, run_mode, **host, config, home);
    if (!find_image(image_id)) expect_closed_image(procedure);
    if (!done) return failed_for(run_mode, procedure, done.error());
    GimpValueArray* values = succeeded(procedure, (*host)->new_layers());
    g_value_set_string(gimp_value_array_index(values, 2), (*host)->service_used().c_str());
    g_value_set_boolean(gimp_value_array_index(values, 3), (*host)->changed());
    return values;
  });
}

GimpValueArray* run_recover(GimpProcedure* procedure, GimpProcedureConfig* config, gpointer) {
  return guarded(procedure, [&] {
    bound_tile_cache();
    const GimpRunMode run_mode = run_mode_of(config);
    const Home home = gimp_home();
    forget_saved_results(home);
    GimpRecoverHost host(home);
    if (run_mode == GIMP_RUN_INTERACTIVE) {
      if (const auto done = run_recover_dialog(host, home); !done)
        return failed_for(run_mode, procedure, done.error());
      return succeeded(procedure, host.new_layers());
    }
    const auto options = read_recover_options(config);
    if (!options) return failed(procedure, options.error());
    const auto notes = recover_all(host, home, *options);
    if (!notes) return failed(procedure, notes.error());
    tell(*notes);
    return succeeded(procedure, host.new_layers());
  });
}

GimpValueArray* run_files_procedure(GimpProcedure* procedure, GimpProcedureConfig* config,
                                    gpointer) {
  return guarded(procedure, [&] {
    bound_tile_cache();
    // A run that outlives its GIMP could write nothing, and would keep its jobs from the next run.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const GimpRunMode run_mode = run_mode_of(config);
    if (run_mode != GIMP_RUN_NONINTERACTIVE && has_windows()) {
      if (const auto shown = run_files_dialog(config, gimp_home()); !shown)
        return failed_for(run_mode, procedure, shown.error());
      return gimp_procedure_new_return_values(procedure, GIMP_PDB_SUCCESS, nullptr);
    }
    const auto totals = run_files(config, gimp_home());
    if (!totals) return failed(procedure, totals.error());
    const std::string summary = totals->sentence(false);
    if (!totals->all_well()) return failed(procedure, {ErrorKind::gimp, summary, ""});
    GimpValueArray* values = gimp_procedure_new_return_values(procedure, GIMP_PDB_SUCCESS, nullptr);
    g_value_set_int(gimp_value_array_index(values, 1), static_cast<int>(totals->done));
    g_value_set_string(gimp_value_array_index(values, 2), summary.c_str());
    return values;
  });
}

}  // namespace sharpen
