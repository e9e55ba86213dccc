#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sharpen {

/// A number that some models take. The order is that of the procedure's arguments and the dialog.
enum class ParameterId {
  strength,
  minor_denoise,
  denoise_strength,
  sharpen_strength,
  detail,
  focus_boost,
  seed,
  face_enhancement_strength,
  face_enhancement_creativity,
  blur_size,
  blur_angle,
  blur_edge,
  keep_grain,
};
inline constexpr std::size_t parameter_count = 13;

/// What a parameter is called; texts are marked with N_(), show them with _().
struct Parameter {
  ParameterId id;
  const char* wire_name;      ///< form field, "minor_denoise"
  const char* argument_name;  ///< PDB argument, "minor-denoise"
  const char* title;          ///< "Minor denoise"
  const char* help;           ///< one sentence for a photographer
  double minimum, maximum;    ///< widest range over all models
  double step;                ///< of an arrow in the dialog
  double start;               ///< of its slider, until a value is chosen
  bool is_integer = false;    ///< seed
  double slider_maximum = 0;  ///< what is usual, if the number may be much larger
};
[[nodiscard]] std::span<const Parameter> parameters();
[[nodiscard]] const Parameter& parameter(ParameterId id);

/// Strength and creativity of face enhancement: every model takes them, while that is on.
[[nodiscard]] constexpr bool is_face_parameter(ParameterId id) {
  return id == ParameterId::face_enhancement_strength ||
         id == ParameterId::face_enhancement_creativity;
}

/// Of sharpen-service beyond the vendors' API (docs/service-contract.md, "A blur by hand"): never
/// sent to a vendor.
[[nodiscard]] constexpr bool is_extension(ParameterId id) {
  return id >= ParameterId::blur_size && id <= ParameterId::keep_grain;
}

/// A parameter as one model takes it. A value that is not given is Auto: it is not sent.
struct ModelParameter {
  ParameterId id;
  double minimum, maximum;
};

enum class ModelGroup { everyday, lens, motion, subjects, generative };
[[nodiscard]] const char* title_of(ModelGroup group);

/// Which services have a model.
enum class ServiceKind { this_computer, topaz, aimlapi, own_server };

/// One sharpen model. Source: the Topaz Image API's model pages (docs/service-contract.md).
struct Model {
  const char* name;     ///< the service's own string, "Lens Blur V2"; never translated
  const char* title;    ///< N_(), "Lens Blur V2"
  const char* purpose;  ///< N_(), what it is for, one sentence
  ModelGroup group;
  std::span<const ModelParameter> parameters;  ///< of its own; see has()
  bool generative;                             ///< /sharpen-gen/async and /estimate-gen
  bool on_aimlapi;                             ///< in the AI/ML API's list of modes
  bool on_this_computer;                       ///< offered by the embedded service
  double max_megapixels;                       ///< of the picture sent
  double megapixels_per_credit;                ///< price rule: max(1, ceil(MP / this)) credits
  const char* replacement = nullptr;           ///< of a model that the vendor withdraws, its heir

  /// Whether the vendor retires it, no sooner than January 1, 2027; requests will fail then.
  [[nodiscard]] bool is_deprecated() const { return replacement != nullptr; }
  /// Whether this service (any, if it is not known) will have it no more. What runs on this
  /// computer is withdrawn by nobody.
  [[nodiscard]] bool is_being_withdrawn(std::optional<ServiceKind> service) const {
    return is_deprecated() && service != ServiceKind::this_computer;
  }
  /// What to use instead, if this service (any, if it is not known) has that.
  [[nodiscard]] const Model* replacement_at(std::optional<ServiceKind> service) const;
  [[nodiscard]] bool offered_by(ServiceKind service) const;
  [[nodiscard]] const ModelParameter* find(ParameterId id) const;
  /// Whether it takes the parameter anywhere: its own, those for faces, and where sharpen-service
  /// has the model, the extensions.
  [[nodiscard]] bool has(ParameterId id) const;
};

/// Whether a service gets the extensions and the words that belong to them (`blur`,
/// `protect_sharp`). `model` is null for one that the table lacks.
[[nodiscard]] bool takes_extensions(const Model* model, ServiceKind service);
/// Whether the parameter is sent to this service if it is set. `model` is null for one that the
/// table lacks.
[[nodiscard]] bool takes(const Model* model, ParameterId id, ServiceKind service);

/// All models, in the order in which the dialog lists them: those that are withdrawn come last.
[[nodiscard]] std::span<const Model> models();
/// By the service's string; null if the table lacks it.
[[nodiscard]] const Model* find_model(std::string_view name);
/// Whether a model, also one that the table lacks, belongs to the generative endpoint. An unknown
/// one does if its name says that it is a Super Focus.
[[nodiscard]] bool is_generative_model(std::string_view name);

inline constexpr std::string_view default_model = "Lens Blur V2";
inline constexpr std::uint32_t max_side_pixels = 32000;
inline constexpr std::uint64_t max_upload_bytes = 500'000'000;

}  // namespace sharpen
