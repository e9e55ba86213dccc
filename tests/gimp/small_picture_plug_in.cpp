#include <libgimp/gimp.h>

#include <cstdint>
#include <vector>

#include "plugin/export/screen_pixels.h"
#include "plugin/gimp/gimp_ref.h"

/// A plug-in for tests: its procedure returns what the dialog shows of some layers, one after the
/// other, each pixel with its alpha.
namespace sharpen {
namespace {

struct PlugIn {
  GimpPlugIn parent;
};
struct PlugInClass {
  GimpPlugInClass parent;
};

GimpValueArray* run(GimpProcedure* procedure, GimpProcedureConfig* config, gpointer) {
  GimpCoreObjectArray layers = nullptr;
  int max_side = 0;
  g_object_get(config, "drawables", &layers, "max-side", &max_side, nullptr);
  std::vector<std::uint8_t> rgba;
  for (GimpDrawable* layer : items_of(reinterpret_cast<GimpDrawable**>(layers))) {
    const Rectangle whole{0, 0, gimp_drawable_get_width(layer), gimp_drawable_get_height(layer)};
    const auto screen = screen_thumbnail(layer, whole, max_side);
    if (!screen)
      return gimp_procedure_new_return_values(procedure, GIMP_PDB_EXECUTION_ERROR, nullptr);
    for (std::size_t i = 0; i < screen->rgb.size() / 3; ++i) {
      const auto* rgb = &screen->rgb[i * 3];
      rgba.insert(rgba.end(), {rgb[0], rgb[1], rgb[2]});
      rgba.push_back(screen->alpha.empty() ? 255 : screen->alpha[i]);
    }
  }
  auto* values = gimp_procedure_new_return_values(procedure, GIMP_PDB_SUCCESS, nullptr);
  g_value_take_boxed(gimp_value_array_index(values, 1), g_bytes_new(rgba.data(), rgba.size()));
  return values;
}

GList* query(GimpPlugIn*) { return g_list_append(nullptr, g_strdup("test-small-pictures")); }

GimpProcedure* create(GimpPlugIn* plug_in, const char* name) {
  auto* procedure =
      gimp_procedure_new(plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, nullptr, nullptr);
  gimp_procedure_add_core_object_array_argument(procedure, "drawables", "drawables", "drawables",
                                                GIMP_TYPE_DRAWABLE, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument(procedure, "max-side", "max-side", "max-side", 1, 1000, 100,
                                  G_PARAM_READWRITE);
  gimp_procedure_add_bytes_return_value(procedure, "rgba", "rgba", "rgba", G_PARAM_READWRITE);
  return procedure;
}

gboolean set_i18n(GimpPlugIn*, const char*, char**, char**) { return FALSE; }

void init_class(gpointer made, gpointer) {
  auto* plug_in_class = static_cast<GimpPlugInClass*>(made);
  plug_in_class->query_procedures = query;
  plug_in_class->create_procedure = create;
  plug_in_class->set_i18n = set_i18n;
}

}  // namespace
}  // namespace sharpen

int main(int argc, char** argv) {
  const GType type = g_type_register_static_simple(
      GIMP_TYPE_PLUG_IN, "SmallPicturePlugIn", sizeof(sharpen::PlugInClass), sharpen::init_class,
      sizeof(sharpen::PlugIn), nullptr, GTypeFlags{});
  return gimp_main(type, argc, argv);
}
