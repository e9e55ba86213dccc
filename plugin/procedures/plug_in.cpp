#include "plugin/procedures/plug_in.h"

#include <libgimp/gimp.h>

#include <filesystem>
#include <string_view>

#include "base/glib_ref.h"
#include "base/i18n.h"
#include "plugin/files/files_arguments.h"
#include "plugin/procedures/arguments.h"
#include "plugin/procedures/run.h"

namespace sharpen {
namespace {

constexpr const char* sharpen_name = "plug-in-remote-sharpen";
constexpr const char* recover_name = "plug-in-remote-sharpen-recover";
constexpr const char* files_name = "plug-in-remote-sharpen-files";
constexpr const char* menu = "<Image>/Filters/Enhance";

struct PlugIn {
  GimpPlugIn parent;
};
struct PlugInClass {
  GimpPlugInClass parent;
};

GList* query(GimpPlugIn*) {
  GList* names = g_list_append(nullptr, g_strdup(sharpen_name));
  names = g_list_append(names, g_strdup(files_name));
  return g_list_append(names, g_strdup(recover_name));
}

/// The icon lies beside the program.
void set_icon(GimpProcedure* procedure) {
  const auto path = std::filesystem::path(gimp_get_progname()).parent_path() / "remote-sharpen.svg";
  const auto file = Ref<GFile>::adopt(g_file_new_for_path(path.c_str()));
  if (g_file_query_exists(file.get(), nullptr)) gimp_procedure_set_icon_file(procedure, file.get());
}

void describe(GimpProcedure* procedure, const char* label, const char* blurb, const char* help) {
  gimp_procedure_set_menu_label(procedure, label);
  gimp_procedure_add_menu_path(procedure, menu);
  set_icon(procedure);
  gimp_procedure_set_documentation(procedure, blurb, help, gimp_procedure_get_name(procedure));
  gimp_procedure_set_attribution(procedure, "The Remote Sharpen authors",
                                 "The Remote Sharpen authors", "2026");
}

GimpProcedure* make_sharpen(GimpPlugIn* plug_in) {
  GimpProcedure* procedure = gimp_image_procedure_new(
      plug_in, sharpen_name, GIMP_PDB_PROC_TYPE_PLUGIN, run_sharpen, nullptr, nullptr);
  gimp_procedure_set_image_types(procedure, "RGB*, GRAY*");
  gimp_procedure_set_sensitivity_mask(
      procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE | GIMP_PROCEDURE_SENSITIVE_DRAWABLES);
  describe(procedure, _("_Remote Sharpen…"),
           _("Sharpen layers with an AI service, or with the one on this computer"),
           _("Sends the pixels of the layers (or of the selection) to a service and brings the "
             "results back as new layers, each directly above its source. Numbers left at −1 are "
             "decided by the service."));
  add_arguments(procedure);
  return procedure;
}

GimpProcedure* make_recover(GimpPlugIn* plug_in) {
  GimpProcedure* procedure = gimp_procedure_new(plug_in, recover_name, GIMP_PDB_PROC_TYPE_PLUGIN,
                                                run_recover, nullptr, nullptr);
  gimp_procedure_set_sensitivity_mask(procedure, GIMP_PROCEDURE_SENSITIVE_ALWAYS);
  describe(
      procedure, _("_Unfinished Remote Sharpen Jobs…"),
      _("Fetch sharpened pictures that an interrupted run left at the service"),
      _("Without a dialog every job that is ready is fetched: above its layer if that is still "
        "open, else into a new image. The others are named and stay in the list."));
  gimp_procedure_add_enum_argument(procedure, "run-mode", _("Run mode"), _("The run mode"),
                                   GIMP_TYPE_RUN_MODE, GIMP_RUN_NONINTERACTIVE, G_PARAM_READWRITE);
  add_recover_arguments(procedure);
  gimp_procedure_add_core_object_array_return_value(
      procedure, "layers", _("New layers"), _("The results"), GIMP_TYPE_LAYER, G_PARAM_READWRITE);
  return procedure;
}

GimpProcedure* make_files(GimpPlugIn* plug_in) {
  GimpProcedure* procedure = gimp_procedure_new(plug_in, files_name, GIMP_PDB_PROC_TYPE_PLUGIN,
                                                run_files_procedure, nullptr, nullptr);
  gimp_procedure_set_sensitivity_mask(procedure, GIMP_PROCEDURE_SENSITIVE_ALWAYS);
  describe(procedure, _("Remote Sharpen _Files…"), _("Sharpen many files, or whole folders"),
           _("Opens each file, sharpens it and writes the result into the output folder. The same "
             "run again continues where an earlier one stopped, and pays for nothing twice. A "
             "report says what happened to each file."));
  add_files_arguments(procedure);
  return procedure;
}

GimpProcedure* create(GimpPlugIn* plug_in, const char* name) {
  if (name == std::string_view(sharpen_name)) return make_sharpen(plug_in);
  if (name == std::string_view(files_name)) return make_files(plug_in);
  if (name == std::string_view(recover_name)) return make_recover(plug_in);
  return nullptr;
}

gboolean set_i18n(GimpPlugIn*, const char*, char** domain, char** folder) {
  *domain = g_strdup("remote-sharpen");
  *folder = g_strdup("locale");
  return TRUE;
}

void init_class(gpointer made, gpointer) {
  auto* plug_in_class = static_cast<GimpPlugInClass*>(made);
  plug_in_class->query_procedures = query;
  plug_in_class->create_procedure = create;
  plug_in_class->set_i18n = set_i18n;
}

}  // namespace

GType plug_in_type() {
  static const GType type =
      g_type_register_static_simple(GIMP_TYPE_PLUG_IN, "RemoteSharpenPlugIn", sizeof(PlugInClass),
                                    init_class, sizeof(PlugIn), nullptr, GTypeFlags{});
  return type;
}

}  // namespace sharpen
