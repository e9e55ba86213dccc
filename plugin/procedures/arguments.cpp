#include "plugin/procedures/arguments.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/i18n.h"
#include "client/providers/models.h"
#include "plugin/gimp/gimp_ref.h"

namespace sharpen {
namespace {

constexpr double automatic = -1;
constexpr auto flags = G_PARAM_READWRITE;
// GObject drops a number that is out of range, or not a number, with no more than a warning, and
// the run would be another one, and paid. So all of them get here, and check() refuses.
// Not infinity, which GIMP cannot read back from its pluginrc.
constexpr double any_number = std::numeric_limits<float>::max();
constexpr auto number_flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_LAX_VALIDATION);

constexpr auto words = std::to_array<WordArgument>({
    {"service", N_("_Service"),
     N_("automatic, this-computer, topaz, aimlapi or own-server. Automatic: Topaz if it has a key, "
        "else the AI/ML API if it has one, else this computer"),
     "automatic"},
    {"service-url", N_("Service _address"),
     N_("Base address of an own server, https or on this computer; empty: the service's own"), ""},
    {"model", N_("_Model"),
     N_("The service's name of a model, for example “Lens Blur V2”, or other:NAME for one that "
        "this version does not know"),
     default_model.data()},
    {"face-enhancement", N_("_Faces"), N_("off, on or auto: whether faces are redrawn"), "off"},
    {"subject-detection", N_("S_ubject"),
     N_("auto, all, foreground or background: what is sharpened"), "auto"},
    {"blur", N_("_Blur"),
     N_("auto, defocus, motion, softness or shake: which blur is undone; only this computer and "
        "own servers take it"),
     "auto"},
    {"protect-sharp", N_("Protect s_harp parts"),
     N_("on or off: whether sharp parts of the picture are left unchanged when a blur is chosen"),
     "on"},
});

std::string text(GimpProcedureConfig* config, const char* name) {
  char* value = nullptr;
  g_object_get(config, name, &value, nullptr);
  return text_of(value);
}

std::optional<double> number(GimpProcedureConfig* config, const char* name) {
  double value = automatic;
  g_object_get(config, name, &value, nullptr);
  if (value == automatic) return {};
  return value;
}

bool flag(GimpProcedureConfig* config, const char* name) {
  gboolean value = FALSE;
  g_object_get(config, name, &value, nullptr);
  return value;
}

Settings read_or_default(GimpProcedureConfig* config) {
  Settings settings;
  settings.service = text(config, "service");
  settings.service_url = text(config, "service-url");
  settings.model = text(config, "model");
  for (const Parameter& parameter : parameters())
    settings.value(parameter.id) = number(config, parameter.argument_name);
  settings.face_enhancement =
      face_enhancement_from(text(config, "face-enhancement")).value_or(settings.face_enhancement);
  settings.subject_detection = subject_detection_from(text(config, "subject-detection"))
                                   .value_or(settings.subject_detection);
  settings.blur = blur_from(text(config, "blur")).value_or(settings.blur);
  settings.protect_sharp =
      protect_sharp_from(text(config, "protect-sharp")).value_or(settings.protect_sharp);
  settings.max_cost = number(config, "max-cost");
  return settings;
}

void write(GimpProcedureConfig* config, const Settings& settings) {
  const auto face = std::string(word_of(settings.face_enhancement));
  const auto subject = std::string(word_of(settings.subject_detection));
  const auto blur = std::string(word_of(settings.blur));
  const auto protect = std::string(protect_sharp_word(settings.protect_sharp));
  g_object_set(config, "service", settings.service.c_str(), "service-url",
               settings.service_url.c_str(), "model", settings.model.c_str(), "face-enhancement",
               face.c_str(), "subject-detection", subject.c_str(), "blur", blur.c_str(),
               "protect-sharp", protect.c_str(), "max-cost", settings.max_cost.value_or(automatic),
               nullptr);
  for (const Parameter& parameter : parameters())
    g_object_set(config, parameter.argument_name, settings.value(parameter.id).value_or(automatic),
                 nullptr);
}

}  // namespace

std::span<const WordArgument> word_arguments() { return words; }

void add_setting_arguments(GimpProcedure* procedure) {
  for (const WordArgument& word : words)
    gimp_procedure_add_string_argument(procedure, word.name, _(word.title), _(word.help),
                                       word.value, flags);
  for (const Parameter& parameter : parameters()) {
    const std::string help = tr("{} −1: Auto, the service decides.", _(parameter.help));
    gimp_procedure_add_double_argument(procedure, parameter.argument_name, _(parameter.title),
                                       help.c_str(), -any_number, any_number, automatic,
                                       number_flags);
  }
}

void add_arguments(GimpProcedure* procedure) {
  add_setting_arguments(procedure);
  gimp_procedure_add_string_argument(
      procedure, "output-name", _("Layer _name"),
      _("Name of the new layer; empty: named after its source and the model"), "", flags);
  gimp_procedure_add_double_argument(
      procedure, "max-cost", _("Cost _limit"),
      _("Refuse to send what costs more, in the service's own unit (credits, dollars); −1: no "
        "limit"),
      -any_number, any_number, automatic, number_flags);
  gimp_procedure_add_boolean_argument(
      procedure, "keep-source-visible", _("_Keep the source visible"),
      _("Do not hide the source where the result would show it twice"), FALSE, flags);
  gimp_procedure_add_core_object_array_return_value(
      procedure, "layers", _("New layers"),
      _("The results; a layer in which nothing was changed stands for itself"), GIMP_TYPE_LAYER,
      flags);
  gimp_procedure_add_string_return_value(procedure, "service-used", _("Service used"),
                                         _("The service that did it, as in the argument “service”"),
                                         "", flags);
  gimp_procedure_add_boolean_return_value(
      procedure, "changed", _("Changed"),
      _("False if the service left every picture as it was, because it is sharp already"), TRUE,
      flags);
}

Result<Settings> read_unchecked_settings(GimpProcedureConfig* config) {
  if (auto face = face_enhancement_from(text(config, "face-enhancement")); !face)
    return fail(std::move(face));
  if (auto subject = subject_detection_from(text(config, "subject-detection")); !subject)
    return fail(std::move(subject));
  if (auto blur = blur_from(text(config, "blur")); !blur) return fail(std::move(blur));
  if (auto protect = protect_sharp_from(text(config, "protect-sharp")); !protect)
    return fail(std::move(protect));
  return read_or_default(config);
}

Result<Settings> read_settings(GimpProcedureConfig* config) {
  auto settings = read_unchecked_settings(config);
  if (!settings) return settings;
  if (auto checked = check(*settings); !checked) return fail(std::move(checked));
  return settings;
}

Host::PlaceOptions read_place_options(GimpProcedureConfig* config) {
  Host::PlaceOptions options;
  options.output_name = text(config, "output-name");
  options.keep_source_visible = flag(config, "keep-source-visible");
  return options;
}

void add_recover_arguments(GimpProcedure* procedure) {
  gimp_procedure_add_double_argument(
      procedure, "time-limit", _("_Time limit"),
      _("Seconds to wait for jobs that are not ready; 0: fetch only what is ready now"),
      -any_number, any_number, 60, number_flags);
  gimp_procedure_add_boolean_argument(
      procedure, "placed", _("_Placed results too"),
      _("Fetch also results of the last seven days that are in an image already, which may not "
        "have been saved"),
      FALSE, flags);
}

Result<RecoverOptions> read_recover_options(GimpProcedureConfig* config) {
  constexpr double longest = 30 * 24 * 3600.0;
  double seconds = 0;
  g_object_get(config, "time-limit", &seconds, nullptr);
  if (!(seconds >= 0 && seconds <= longest))
    return fail(ErrorKind::bad_argument, _("The argument time-limit is not a number of seconds."),
                tr("Give a number from 0 to {}.", static_cast<std::int64_t>(longest)));
  return RecoverOptions{
      .limit = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)),
      .placed = flag(config, "placed")};
}

void forget_values_of(GimpImage* image, GimpProcedureConfig* config) {
  const std::string name = G_OBJECT_TYPE_NAME(config);
  const OwnedParasite left(gimp_image_get_parasite(image, (name + "-last").c_str()));
  if (!left) return;
  gimp_config_reset(GIMP_CONFIG(config));
  const auto file =
      Ref<GFile>::adopt(gimp_directory_file("plug-in-settings", (name + ".last").c_str(), nullptr));
  gimp_config_deserialize_file(GIMP_CONFIG(config), file.get(), nullptr, nullptr);
}

ConfigBridge config_bridge() {
  const auto read = [](GimpProcedureConfig* config) {
    Settings settings = read_or_default(config);
    for (const Parameter& parameter : parameters()) {
      auto& value = settings.value(parameter.id);
      if (value && !(*value >= parameter.minimum && *value <= parameter.maximum)) value.reset();
    }
    if (settings.max_cost && !(*settings.max_cost >= 0)) settings.max_cost.reset();
    return settings;
  };
  return {read, write};
}

}  // namespace sharpen
