#include "client/providers/models.h"

#include <algorithm>
#include <array>

#include "base/i18n.h"

namespace sharpen {
namespace {

using enum ParameterId;

/// The service takes negative ones, too; here −1 says Auto.
constexpr double min_seed = 0, max_seed = 2147483647.0;

constexpr std::array<Parameter, parameter_count> parameter_table = {{
    {strength, "strength", "strength", N_("Strength"),
     N_("How much detail is brought back. Too much looks artificial."), 0, 1, 0.01, 0.5},
    {minor_denoise, "minor_denoise", "minor-denoise", N_("Minor denoise"),
     N_("Removes single noisy pixels first, so that they are not sharpened."), 0.01, 1, 0.01, 0.5},
    {denoise_strength, "denoise_strength", "denoise-strength", N_("Denoise"),
     N_("How much noise is removed. Too much makes surfaces look waxy."), 0, 1, 0.01, 0.5},
    {sharpen_strength, "sharpen_strength", "sharpen-strength", N_("Sharpen"),
     N_("How strongly edges and textures are sharpened."), 0, 1, 0.01, 0.5},
    {detail, "detail", "detail", N_("Detail"),
     N_("How much new detail the model may draw where the picture has none."), 0, 1, 0.01, 0.5},
    {focus_boost, "focus_boost", "focus-boost", N_("Focus boost"),
     N_("For very blurry pictures: works at a smaller size first, then enlarges again."), 0.25, 1,
     0.01, 0.6},
    {seed, "seed", "seed", N_("Seed"),
     N_("The same number gives the same invented detail again; another gives a variation."),
     min_seed, max_seed, 1, 1, true},
    {face_enhancement_strength, "face_enhancement_strength", "face-enhancement-strength",
     N_("Face strength"), N_("How strongly faces are changed, if face enhancement is on."), 0, 1,
     0.01, 0.5},
    {face_enhancement_creativity, "face_enhancement_creativity", "face-enhancement-creativity",
     N_("Face creativity"),
     N_("How far an enhanced face may depart from the picture. 0 stays closest."), 0, 1, 0.01, 0.5},
    {blur_size, "blur_size", "blur-size", N_("Blur size"),
     N_("Size of the blur in pixels: the radius of an out-of-focus point of light, the length of a "
        "motion, or half the width of a soft blur."),
     0.3, 60, 0.1, 2, false, 20},
    {blur_angle, "blur_angle", "blur-angle", N_("Blur angle"),
     N_("Direction of the motion in degrees, clockwise: 0 is horizontal, 90 is vertical."), 0, 180,
     0.5, 0},
    {blur_edge, "blur_edge", "blur-edge", N_("Blur edge"),
     N_("How soft the rim of an out-of-focus point of light is, in pixels. Increase it if edges "
        "get double lines."),
     0, 20, 0.1, 0, false, 5},
    {keep_grain, "keep_grain", "keep-grain", N_("Keep grain"),
     N_("How much of the removed noise is restored."), 0, 1, 0.01, 0},
}};

constexpr ModelParameter classic[] = {
    {strength, 0.01, 1}, {minor_denoise, 0.01, 1}, {denoise_strength, 0, 1}};
constexpr ModelParameter strong[] = {{strength, 0.01, 1}, {denoise_strength, 0, 1}};
constexpr ModelParameter subject[] = {{denoise_strength, 0, 1}, {sharpen_strength, 0, 1}};
constexpr ModelParameter super_focus_1[] = {
    {strength, 0, 1}, {denoise_strength, 0, 1}, {focus_boost, 0.25, 1}, {seed, min_seed, max_seed}};
constexpr ModelParameter super_focus_2[] = {
    {denoise_strength, 0, 1}, {detail, 0, 1}, {focus_boost, 0.25, 1}};
constexpr ModelParameter super_focus_3[] = {{denoise_strength, 0, 1}};

constexpr Model gan(const char* name, const char* title, const char* purpose, ModelGroup group,
                    std::span<const ModelParameter> parameters, bool everywhere) {
  return {name, title, purpose, group, parameters, false, everywhere, everywhere, 512, 24};
}
constexpr Model generative(const char* name, const char* title, const char* purpose,
                           std::span<const ModelParameter> parameters, bool on_aimlapi) {
  return {name,  title, purpose, ModelGroup::generative, parameters, true, on_aimlapi,
          false, 256,   20};
}

constexpr Model withdrawn(Model model, const char* replacement) {
  model.replacement = replacement;
  return model;
}

constexpr std::array model_table = {
    gan("Standard", N_("Standard"),
        N_("The one to start with, for pictures that are a little soft."), ModelGroup::everyday,
        classic, true),
    gan("Strong", N_("Strong"),
        N_("For clearly soft pictures; look closely at the result, edges may be overdone."),
        ModelGroup::everyday, strong, true),
    gan("Natural", N_("Natural"), N_("Subtle: for pictures that should not look sharpened."),
        ModelGroup::everyday, classic, true),
    gan("Auto Sharpen", N_("Noise-Aware"),
        N_("Sharpens and removes noise together, for pictures taken at high ISO."),
        ModelGroup::everyday, subject, false),
    gan("Lens Blur V2", N_("Lens Blur V2"), N_("For missed focus and lenses that are not crisp."),
        ModelGroup::lens, classic, true),
    gan("Refocus", N_("Refocus"), N_("For pictures, or parts of them, slightly out of focus."),
        ModelGroup::lens, classic, true),
    gan("Motion Blur", N_("Motion Blur"), N_("For a camera that shook or a subject that moved."),
        ModelGroup::motion, classic, true),
    gan("Portrait", N_("Portrait"),
        N_("For people: keeps skin smooth while eyes and hair get crisp."), ModelGroup::subjects,
        subject, false),
    gan("Wildlife", N_("Wildlife"), N_("For animals: brings out fur and feathers."),
        ModelGroup::subjects, subject, false),
    generative("Super Focus V3", N_("Super Focus V3"),
               N_("For badly blurred pictures; draws new detail, which may be invented."),
               super_focus_3, false),
    withdrawn(gan("Lens Blur", N_("Lens Blur"),
                  N_("The first lens model, for the same results as before."), ModelGroup::lens,
                  classic, true),
              "Lens Blur V2"),
    withdrawn(generative("Super Focus V2", N_("Super Focus V2"),
                         N_("The second model for badly blurred pictures; detail may be invented."),
                         super_focus_2, true),
              "Super Focus V3"),
    withdrawn(generative("Super Focus", N_("Super Focus"),
                         N_("The first model for badly blurred pictures; detail may be invented."),
                         super_focus_1, true),
              "Super Focus V3"),
};

}  // namespace

std::span<const Parameter> parameters() { return parameter_table; }

const Parameter& parameter(ParameterId id) {
  return parameter_table.at(static_cast<std::size_t>(id));
}

const char* title_of(ModelGroup group) {
  switch (group) {
    case ModelGroup::everyday:
      return N_("Everyday");
    case ModelGroup::lens:
      return N_("Lens");
    case ModelGroup::motion:
      return N_("Motion");
    case ModelGroup::subjects:
      return N_("Subjects");
    case ModelGroup::generative:
      return N_("Generative");
  }
  return "";
}

bool Model::offered_by(ServiceKind service) const {
  switch (service) {
    case ServiceKind::this_computer:
      return on_this_computer;
    case ServiceKind::aimlapi:
      return on_aimlapi;
    case ServiceKind::topaz:
    case ServiceKind::own_server:
      return true;
  }
  return false;
}

const Model* Model::replacement_at(std::optional<ServiceKind> service) const {
  const Model* heir = replacement ? find_model(replacement) : nullptr;
  return heir && (!service || heir->offered_by(*service)) ? heir : nullptr;
}

const ModelParameter* Model::find(ParameterId id) const {
  const auto found = std::ranges::find(parameters, id, &ModelParameter::id);
  return found == parameters.end() ? nullptr : &*found;
}

bool Model::has(ParameterId id) const {
  if (is_extension(id)) return on_this_computer;
  return is_face_parameter(id) || find(id);
}

bool takes_extensions(const Model* model, ServiceKind service) {
  const bool ours = service == ServiceKind::this_computer || service == ServiceKind::own_server;
  return ours && (!model || model->on_this_computer);
}

bool takes(const Model* model, ParameterId id, ServiceKind service) {
  if (is_extension(id)) return takes_extensions(model, service);
  if (!model || is_face_parameter(id)) return true;
  if (!model->find(id)) return false;
  // Neither is in the AI/ML API's schema, although Topaz' own models take them.
  return service != ServiceKind::aimlapi || (id != denoise_strength && id != ParameterId::detail);
}

std::span<const Model> models() { return model_table; }

const Model* find_model(std::string_view name) {
  const auto found = std::ranges::find(model_table, name, &Model::name);
  return found == model_table.end() ? nullptr : &*found;
}

bool is_generative_model(std::string_view name) {
  if (const Model* model = find_model(name)) return model->generative;
  return name.starts_with("Super Focus");
}

}  // namespace sharpen
