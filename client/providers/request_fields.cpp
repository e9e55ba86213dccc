#include "client/providers/request_fields.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/number_text.h"

namespace sharpen {
namespace {

/// The vendor's older pages write settings in the first way, the newest in the second, and its
/// service drops what it does not know without a word.
struct Spelling {
  std::string_view name, newer;
};
constexpr Spelling spellings[] = {
    {"minor_denoise", "minorDenoise"},
    {"denoise_strength", "denoiseStrength"},
    {"sharpen_strength", "sharpenStrength"},
    {"focus_boost", "focusBoost"},
    {"face_enhancement", "faceEnhancement"},
    {"face_enhancement_strength", "faceEnhancementStrength"},
    {"face_enhancement_creativity", "faceEnhancementCreativity"},
    {"subject_detection", "subjectDetection"},
};

const Spelling* spelling_of(std::string_view name) {
  const auto* found = std::ranges::find(spellings, name, &Spelling::name);
  return found == std::end(spellings) ? nullptr : found;
}

bool reads_both_spellings(ServiceKind service) {
  return service == ServiceKind::topaz || service == ServiceKind::own_server;
}

/// The vendor's defaults, which some of its pages require to be sent.
double face_default(ParameterId id) {
  return id == ParameterId::face_enhancement_strength ? 0.8 : 0;
}

bool is_sent(const Settings& settings, const Model* model, ParameterId id, ServiceKind service) {
  return takes(model, id, service) && is_for(id, settings.blur);
}

std::string_view wire_word(SubjectDetection subject) {
  switch (subject) {
    case SubjectDetection::all:
      return "All";
    case SubjectDetection::foreground:
      return "Foreground";
    case SubjectDetection::background:
      return "Background";
    case SubjectDetection::automatic:
      break;
  }
  return {};
}

}  // namespace

std::string RequestField::text() const {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value)) return plain_number(*number);
  return std::string(std::get<std::string_view>(value));
}

std::vector<RequestField> request_fields(const Settings& settings, ServiceKind service) {
  std::vector<RequestField> wire;
  const Model* model = find_model(wire_model(settings));
  const bool faces = settings.face_enhancement != FaceEnhancement::off;
  for (const Parameter& parameter : parameters()) {
    auto value = settings.value(parameter.id);
    if (is_face_parameter(parameter.id)) {
      if (!faces) continue;
      if (!value && settings.face_enhancement == FaceEnhancement::on)
        value = face_default(parameter.id);
    }
    if (!value || !is_sent(settings, model, parameter.id, service)) continue;
    if (parameter.is_integer)
      wire.push_back({parameter.wire_name, static_cast<std::int64_t>(*value)});
    else
      wire.push_back({parameter.wire_name, *value});
  }
  if (settings.face_enhancement != FaceEnhancement::automatic)
    wire.push_back({"face_enhancement", faces});
  if (settings.subject_detection != SubjectDetection::automatic)
    wire.push_back({"subject_detection", wire_word(settings.subject_detection)});
  if (settings.blur != BlurKind::automatic && takes_extensions(model, service)) {
    wire.push_back({"blur", word_of(settings.blur)});
    if (!settings.protect_sharp) wire.push_back({"protect_sharp", false});
  }
  if (!reads_both_spellings(service)) return wire;
  for (std::size_t i = 0, count = wire.size(); i < count; ++i)
    if (const Spelling* spelling = spelling_of(wire[i].name))
      wire.push_back({spelling->newer, wire[i].value});
  return wire;
}

std::vector<ParameterId> settings_not_used(const Settings& settings, ServiceKind service,
                                           std::string_view options_json) {
  std::vector<ParameterId> missing;
  const auto used = Json::parse(options_json);
  if (!used || !used->is_object()) return missing;
  const Model* model = find_model(wire_model(settings));
  for (const Parameter& parameter : parameters()) {
    const auto value = settings.value(parameter.id);
    if (!value || is_face_parameter(parameter.id)) continue;  // those are fields of the status
    if (!is_sent(settings, model, parameter.id, service)) continue;
    auto arrived = (*used)[parameter.wire_name].number();
    const Spelling* spelling = spelling_of(parameter.wire_name);
    if (!arrived && spelling) arrived = (*used)[std::string(spelling->newer).c_str()].number();
    constexpr double rounding = 0.005;
    if (!arrived || std::abs(*arrived - *value) > rounding) missing.push_back(parameter.id);
  }
  return missing;
}

}  // namespace sharpen
