#include "client/providers/settings.h"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "base/i18n.h"
#include "base/number_text.h"
#include "client/http/address.h"
#include "client/providers/service.h"

namespace sharpen {
namespace {

constexpr std::string_view other_prefix = "other:";

template <class Enum>
struct Word {
  Enum value;
  std::string_view word;
};
constexpr Word<FaceEnhancement> face_words[] = {{FaceEnhancement::off, "off"},
                                                {FaceEnhancement::on, "on"},
                                                {FaceEnhancement::automatic, "auto"}};
constexpr Word<SubjectDetection> subject_words[] = {{SubjectDetection::automatic, "auto"},
                                                    {SubjectDetection::all, "all"},
                                                    {SubjectDetection::foreground, "foreground"},
                                                    {SubjectDetection::background, "background"}};
constexpr Word<BlurKind> blur_words[] = {{BlurKind::automatic, "auto"},
                                         {BlurKind::defocus, "defocus"},
                                         {BlurKind::motion, "motion"},
                                         {BlurKind::softness, "softness"},
                                         {BlurKind::shake, "shake"}};
constexpr Word<bool> protect_words[] = {{true, "on"}, {false, "off"}};

std::string joined(auto&& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

std::unexpected<Error> unknown_word(const char* argument, std::string_view word, auto&& allowed) {
  return fail(ErrorKind::bad_argument, tr("“{}” is not a value of {}.", word, argument),
              tr("Use one of: {}.", joined(allowed)));
}

template <class Enum, std::size_t n>
Result<Enum> from_word(const Word<Enum> (&words)[n], const char* argument, std::string_view word) {
  for (const auto& [value, name] : words)
    if (name == word) return value;
  return unknown_word(argument, word, words | std::views::transform(&Word<Enum>::word));
}

template <class Enum, std::size_t n>
std::string_view to_word(const Word<Enum> (&words)[n], Enum value) {
  for (const auto& [candidate, name] : words)
    if (candidate == value) return name;
  return {};
}

Result<void> check_value(const Parameter& parameter, double value, double minimum, double maximum) {
  if (!std::isfinite(value) || value < minimum || value > maximum)
    return fail(ErrorKind::bad_argument,
                tr("{} must be between {} and {}, not {}.", parameter.argument_name,
                   plain_number(minimum), plain_number(maximum), plain_number(value)),
                _("Change it, or leave it on Auto."));
  if (parameter.is_integer && value != std::floor(value))
    return fail(
        ErrorKind::bad_argument,
        tr("{} must be a whole number, not {}.", parameter.argument_name, plain_number(value)),
        _("Change it, or leave it on Auto."));
  return {};
}

/// Whether the model takes the argument, and at this service. A null model is one that the table
/// lacks.
Result<void> check_taken(const Settings& settings, std::optional<ServiceKind> service,
                         const char* argument, ParameterId id) {
  const std::string name = wire_model(settings);
  const Model* model = find_model(name);
  if (model && !model->has(id))
    return fail(ErrorKind::bad_argument, tr("The model {} does not take {}.", name, argument),
                _("Leave it on Auto, or choose a model that takes it."));
  if (service && !takes(model, id, *service))
    return fail(ErrorKind::bad_argument,
                tr("{} does not take {} for the model {}.", _(title_of(*service)), argument, name),
                _("Leave it on Auto, or choose another service."));
  return {};
}

Result<void> check_blur(const Settings& settings, const Parameter& parameter) {
  if (is_for(parameter.id, settings.blur)) return {};
  auto fitting = blur_words | std::views::filter([&](const Word<BlurKind>& word) {
                   return is_for(parameter.id, word.value);
                 }) |
                 std::views::transform(&Word<BlurKind>::word);
  return fail(
      ErrorKind::bad_argument,
      tr("{} has no effect while blur is {}.", parameter.argument_name, word_of(settings.blur)),
      tr("Leave it on Auto, or set blur to one of: {}.", joined(fitting)));
}

Result<void> check_values(const Settings& settings, std::optional<ServiceKind> service) {
  const Model* model = find_model(wire_model(settings));
  if (settings.blur != BlurKind::automatic)
    if (auto taken = check_taken(settings, service, "blur", ParameterId::blur_size); !taken)
      return taken;
  for (const Parameter& parameter : parameters()) {
    const std::optional<double> value = settings.value(parameter.id);
    if (!value) continue;
    if (auto taken = check_taken(settings, service, parameter.argument_name, parameter.id); !taken)
      return taken;
    if (auto used = check_blur(settings, parameter); !used) return used;
    const ModelParameter* range = model ? model->find(parameter.id) : nullptr;
    if (auto fits = check_value(parameter, *value, range ? range->minimum : parameter.minimum,
                                range ? range->maximum : parameter.maximum);
        !fits)
      return fits;
  }
  return {};
}

Result<void> check_model(const Settings& settings, std::optional<ServiceKind> service) {
  const bool other = settings.model.starts_with(other_prefix);
  const std::string name = wire_model(settings);
  const Model* model = find_model(name);
  if (!model && !other)
    return unknown_word("model", settings.model, models() | std::views::transform(&Model::name));
  const auto printable = [](unsigned char c) { return c >= 0x20 && c != 0x7f; };
  if (name.empty() || name.size() > 100 || !std::ranges::all_of(name, printable))
    return fail(ErrorKind::bad_argument,
                _("After “other:” the service's own model name must follow."),
                _("For example: other:Standard."));
  if (model && service && !model->offered_by(*service))
    return fail(ErrorKind::bad_argument,
                tr("{} does not have the model {}.", _(title_of(*service)), name),
                _("Choose another model or another service."));
  return {};
}

}  // namespace

Result<void> check(const Settings& settings, std::optional<ServiceKind> service) {
  if (!service) service = service_from(settings.service);
  if (!service && settings.service != "automatic")
    return unknown_word("service", settings.service,
                        std::initializer_list<std::string_view>{"automatic", "this-computer",
                                                                "topaz", "aimlapi", "own-server"});
  if (service == ServiceKind::own_server && settings.service_url.empty() &&
      settings.service == "own-server")
    return fail(ErrorKind::bad_argument, _("An own server needs its address in service-url."),
                _("Write it as https://host or https://host:port."));
  if (!settings.service_url.empty())
    if (auto url = checked_base_url(settings.service_url); !url) return fail(std::move(url));
  if (settings.max_cost && !(std::isfinite(*settings.max_cost) && *settings.max_cost >= 0))
    return fail(ErrorKind::bad_argument,
                tr("max-cost must be 0 or more, not {}.", plain_number(*settings.max_cost)),
                _("Leave it out for no limit."));
  if (auto model = check_model(settings, service); !model) return model;
  return check_values(settings, service);
}

std::string withdrawal_of(const Settings& settings) {
  const Model* model = find_model(wire_model(settings));
  const auto service = service_from(settings.service);
  if (!model || !model->is_being_withdrawn(service)) return {};
  if (const Model* heir = model->replacement_at(service))
    return tr(
        "Topaz Labs withdraws the model {}, no sooner than January 2027; then it fails. "
        "Change the script to {}.",
        model->name, heir->name);
  return tr(
      "Topaz Labs withdraws the model {}, no sooner than January 2027; then it fails. Its "
      "replacement, {}, is at Topaz Labs only.",
      model->name, model->replacement);
}

bool differ_in_amount_only(const Settings& a, Settings b) {
  for (const ParameterId id : {ParameterId::strength, ParameterId::keep_grain})
    b.value(id) = a.value(id);
  return a == b;
}

bool is_for(ParameterId id, BlurKind blur) {
  switch (id) {
    case ParameterId::blur_size:
      return blur == BlurKind::defocus || blur == BlurKind::motion || blur == BlurKind::softness;
    case ParameterId::blur_angle:
      return blur == BlurKind::motion;
    case ParameterId::blur_edge:
      return blur == BlurKind::defocus;
    default:
      return true;
  }
}

Result<FaceEnhancement> face_enhancement_from(std::string_view word) {
  return from_word(face_words, "face-enhancement", word);
}
Result<SubjectDetection> subject_detection_from(std::string_view word) {
  return from_word(subject_words, "subject-detection", word);
}
Result<BlurKind> blur_from(std::string_view word) { return from_word(blur_words, "blur", word); }
Result<bool> protect_sharp_from(std::string_view word) {
  return from_word(protect_words, "protect-sharp", word);
}
std::string_view word_of(FaceEnhancement value) { return to_word(face_words, value); }
std::string_view word_of(SubjectDetection value) { return to_word(subject_words, value); }
std::string_view word_of(BlurKind value) { return to_word(blur_words, value); }
std::string_view protect_sharp_word(bool value) { return to_word(protect_words, value); }

std::string wire_model(const Settings& settings) {
  std::string_view name = settings.model;
  if (name.starts_with(other_prefix)) name.remove_prefix(other_prefix.size());
  return std::string(name);
}

std::string to_json(const Settings& settings) {
  JsonWriter writer;
  writer.begin_object()
      .member("service", settings.service)
      .member("service_url", settings.service_url)
      .member("model", settings.model)
      .begin_object("values");
  for (const Parameter& parameter : parameters())
    if (const auto value = settings.value(parameter.id)) writer.member(parameter.wire_name, *value);
  writer.end_object()
      .member("face_enhancement", word_of(settings.face_enhancement))
      .member("subject_detection", word_of(settings.subject_detection));
  // Only where they say something: what older versions kept is to be found again.
  if (settings.blur != BlurKind::automatic) writer.member("blur", word_of(settings.blur));
  if (!settings.protect_sharp) writer.member("protect_sharp", false);
  if (settings.max_cost) writer.member("max_cost", *settings.max_cost);
  return writer.end_object().text();
}

Result<Settings> settings_from_json(std::string_view text) {
  const auto json = Json::parse(text);
  if (!json || !json->is_object())
    return fail(ErrorKind::bad_argument, _("These settings cannot be read."),
                _("They were damaged or are not from Remote Sharpen."));
  Settings settings;
  settings.service = (*json)["service"].string().value_or(settings.service);
  settings.service_url = (*json)["service_url"].string().value_or("");
  settings.model = (*json)["model"].string().value_or(settings.model);
  for (const Parameter& parameter : parameters())
    settings.value(parameter.id) = (*json)["values"][parameter.wire_name].number();
  if (const auto word = (*json)["face_enhancement"].string()) {
    auto value = face_enhancement_from(*word);
    if (!value) return fail(std::move(value));
    settings.face_enhancement = *value;
  }
  if (const auto word = (*json)["subject_detection"].string()) {
    auto value = subject_detection_from(*word);
    if (!value) return fail(std::move(value));
    settings.subject_detection = *value;
  }
  if (const auto word = (*json)["blur"].string()) {
    auto value = blur_from(*word);
    if (!value) return fail(std::move(value));
    settings.blur = *value;
  }
  settings.protect_sharp = (*json)["protect_sharp"].boolean().value_or(true);
  settings.max_cost = (*json)["max_cost"].number();
  return settings;
}

}  // namespace sharpen
