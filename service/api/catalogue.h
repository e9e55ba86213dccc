#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "image/picture.h"
#include "service/http/answer.h"
#include "service/options.h"
#include "service/testing/behaviour.h"

namespace sharpen::server {

/// A number that a model takes as a form field.
struct NumberField {
  const char* name;
  double minimum, maximum;
};

/// One model as the wire knows it. Source: the Topaz Image API's model pages.
struct WireModel {
  const char* name;
  bool generative;                        ///< belongs to /sharpen-gen
  std::span<const NumberField> settings;  ///< besides those that all models take
};
[[nodiscard]] std::span<const WireModel> wire_models();
[[nodiscard]] const WireModel* find_wire_model(std::string_view name);

/// The settings that all models take.
[[nodiscard]] std::span<const NumberField> common_settings();

/// Plain fields of a form or members of a JSON object, as text.
using Fields = std::map<std::string, std::string, std::less<>>;

/// A request to sharpen, checked.
struct JobSpec {
  const WireModel* model = nullptr;
  FileFormat output_format = FileFormat::jpeg;
  Fields settings = {};  ///< those that the model takes, and that were sent
  std::optional<std::array<std::uint32_t, 4>> crop = {};  ///< x, y, width, height
  bool fast = false;
};

/// Checks the fields of a submit for the family of models. Refusals: 400, or what `behaviours`
/// say; 422 for a model that `engine` does not have. Settings are read in both spellings of the
/// vendor, "denoise_strength" and "denoiseStrength".
[[nodiscard]] Checked<JobSpec> check_job(const Fields& fields, bool generative, EngineKind engine,
                                         const Behaviours& behaviours);

/// "jpeg", "jpg", "png", "tiff", "tif".
[[nodiscard]] std::optional<FileFormat> format_from(std::string_view word);
/// A decimal number with a point, whatever the locale; nothing else.
[[nodiscard]] std::optional<double> number_from(const std::string& text);
/// max(1, ceil(megapixels / 24)) credits, or / 20 for generative models.
[[nodiscard]] std::int64_t credits_for(std::uint64_t width, std::uint64_t height, bool generative);

}  // namespace sharpen::server
