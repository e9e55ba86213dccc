#include "service/api/catalogue.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <format>

#include "service/engine/engine.h"

namespace sharpen::server {
namespace {

constexpr auto common = std::to_array<NumberField>({{"denoise_strength", 0, 1},
                                                    {"face_enhancement_strength", 0, 1},
                                                    {"face_enhancement_creativity", 0, 1}});
/// Settings of this service alone (docs/service-contract.md).
constexpr auto own = std::to_array<NumberField>({{"blur_size", 0.3, 60},
                                                 {"blur_angle", -180, 180},
                                                 {"blur_edge", 0, 20},
                                                 {"keep_grain", 0, 1}});
constexpr auto only_strength = std::to_array<NumberField>({{"strength", 0.01, 1}});
constexpr auto classic =
    std::to_array<NumberField>({{"strength", 0.01, 1}, {"minor_denoise", 0.01, 1}});
constexpr auto subjects = std::to_array<NumberField>({{"sharpen_strength", 0, 1}});
constexpr auto focus_1 = std::to_array<NumberField>(
    {{"strength", 0, 1}, {"focus_boost", 0.25, 1}, {"seed", -2147483648.0, 2147483647.0}});
constexpr auto focus_2 = std::to_array<NumberField>({{"detail", 0, 1}, {"focus_boost", 0.25, 1}});

constexpr auto models = std::to_array<WireModel>({{"Standard", false, classic},
                                                  {"Strong", false, only_strength},
                                                  {"Natural", false, classic},
                                                  {"Lens Blur", false, classic},
                                                  {"Lens Blur V2", false, classic},
                                                  {"Motion Blur", false, classic},
                                                  {"Refocus", false, classic},
                                                  {"Portrait", false, subjects},
                                                  {"Wildlife", false, subjects},
                                                  {"Auto Sharpen", false, subjects},
                                                  {"Super Focus", true, focus_1},
                                                  {"Super Focus V2", true, focus_2},
                                                  {"Super Focus V3", true, {}}});

const std::string* find(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? nullptr : &found->second;
}

/// "denoise_strength" as the newest pages of the vendor spell it: "denoiseStrength".
std::string newer_spelling(std::string_view name) {
  std::string spelling;
  for (std::size_t i = 0; i < name.size(); ++i)
    spelling += name[i] == '_' && i + 1 < name.size() ? g_ascii_toupper(name[++i]) : name[i];
  return spelling;
}

/// The fields with each setting under its older name.
Checked<Fields> in_one_spelling(Fields fields, const WireModel& model) {
  const auto take = [&](std::string_view name) -> Checked<void> {
    const auto newer = fields.find(newer_spelling(name));
    if (newer == fields.end() || newer->first == name) return {};
    const auto [older, is_new] = fields.emplace(name, newer->second);
    if (!is_new && older->second != newer->second)
      return refuse(400, std::format("{} and {} differ.", older->first, newer->first));
    return {};
  };
  for (const auto settings : {std::span<const NumberField>(common), model.settings})
    for (const NumberField& setting : settings)
      if (auto taken = take(setting.name); !taken) return std::unexpected(taken.error());
  for (const char* word : {"face_enhancement", "subject_detection"})
    if (auto taken = take(word); !taken) return std::unexpected(taken.error());
  return fields;
}

Checked<void> copy_number(const NumberField& setting, const Fields& fields,
                          const Behaviours& behaviours, Fields& into) {
  const std::string* text = find(fields, setting.name);
  if (!text) return {};
  const auto number = number_from(*text);
  if (number && *number >= setting.minimum && *number <= setting.maximum)
    into.emplace(setting.name, *text);
  else if (!behaviours.is("out_of_range", "ignore"))
    return refuse(static_cast<unsigned>(behaviours.number("out_of_range")),
                  std::format("Invalid {}. It has to be a number from {} to {}.", setting.name,
                              setting.minimum, setting.maximum));
  return {};
}

Checked<void> copy_word(std::string_view name, std::initializer_list<std::string_view> allowed,
                        const Fields& fields, Fields& into) {
  const std::string* text = find(fields, name);
  if (!text) return {};
  if (std::ranges::find(allowed, std::string_view(*text)) == allowed.end())
    return refuse(400, std::format("Invalid {}.", name));
  into.emplace(name, *text);
  return {};
}

std::optional<std::array<std::uint32_t, 4>> crop_from(const std::string& text) {
  std::array<std::uint32_t, 4> box = {};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < box.size(); ++i) {
    if (i > 0 && (at == end || *at++ != ',')) return {};
    const auto [next, error] = std::from_chars(at, end, box[i]);
    if (error != std::errc()) return {};
    at = next;
  }
  if (at != end || box[2] == 0 || box[3] == 0) return {};
  return box;
}

Checked<const WireModel*> choose_model(const Fields& fields, bool generative, EngineKind engine,
                                       const Behaviours& behaviours) {
  const std::string* word = find(fields, "model");
  const std::string name = word ? *word : generative ? "Super Focus V3" : "Standard";
  const WireModel* model = find_wire_model(name);
  if (!model || model->generative != generative)
    return refuse(static_cast<unsigned>(behaviours.number("unknown_model")), "Invalid model.");
  if (engine == EngineKind::deconvolution && !engine::offers(name))
    return refuse(422,
                  std::format("This service has no model “{}”: it removes blur, but invents no "
                              "detail. Choose another model, for example Standard.",
                              name));
  return model;
}

}  // namespace

std::span<const WireModel> wire_models() { return models; }
std::span<const NumberField> common_settings() { return common; }

const WireModel* find_wire_model(std::string_view name) {
  const auto* found =
      std::ranges::find_if(models, [&](const WireModel& model) { return name == model.name; });
  return found == models.end() ? nullptr : found;
}

Checked<JobSpec> check_job(const Fields& sent, bool generative, EngineKind engine,
                           const Behaviours& behaviours) {
  const auto model = choose_model(sent, generative, engine, behaviours);
  if (!model) return std::unexpected(model.error());
  const auto read = in_one_spelling(sent, **model);
  if (!read) return std::unexpected(read.error());
  const Fields& fields = *read;
  JobSpec spec{.model = *model};

  if (const std::string* word = find(fields, "output_format")) {
    const auto format = format_from(*word);
    if (!format) return refuse(400, "Invalid output format.");
    spec.output_format = *format;
  }
  for (const auto settings : {std::span<const NumberField>(common),
                              std::span<const NumberField>(own), spec.model->settings})
    for (const NumberField& setting : settings)
      if (auto copied = copy_number(setting, fields, behaviours, spec.settings); !copied)
        return std::unexpected(copied.error());
  for (auto copied :
       {copy_word("face_enhancement", {"true", "false"}, fields, spec.settings),
        copy_word("blur", {"auto", "defocus", "motion", "softness", "shake"}, fields,
                  spec.settings),
        copy_word("protect_sharp", {"true", "false"}, fields, spec.settings),
        copy_word("subject_detection",
                  {"All", "Foreground", "Background", "all", "foreground", "background"}, fields,
                  spec.settings)})
    if (!copied) return std::unexpected(copied.error());

  if (const std::string* text = find(fields, "crop")) {
    spec.crop = crop_from(*text);
    if (!spec.crop) return refuse(400, "Invalid crop. Write x,y,width,height in pixels.");
  }
  if (const std::string* text = find(fields, "fast")) spec.fast = *text == "true";
  if (find(fields, "webhook_url")) return refuse(422, "This service calls no webhooks.");
  return spec;
}

std::optional<FileFormat> format_from(std::string_view word) {
  if (word == "jpeg" || word == "jpg") return FileFormat::jpeg;
  if (word == "png") return FileFormat::png;
  if (word == "tiff" || word == "tif") return FileFormat::tiff;
  return {};
}

std::optional<double> number_from(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

std::int64_t credits_for(std::uint64_t width, std::uint64_t height, bool generative) {
  const std::uint64_t step = generative ? 20'000'000 : 24'000'000;
  return static_cast<std::int64_t>(std::max<std::uint64_t>(1, (width * height + step - 1) / step));
}

}  // namespace sharpen::server
