#include "client/providers/wire_settings.h"

#include <format>

namespace sharpen {
namespace {

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

std::string WireSetting::text() const {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value)) return std::format("{:.10g}", *number);
  return std::string(std::get<std::string_view>(value));
}

std::vector<WireSetting> wire_settings(const Settings& settings, ServiceKind service) {
  std::vector<WireSetting> wire;
  const Model* model = find_model(wire_model(settings));
  const bool faces = settings.face_enhancement != FaceEnhancement::off;
  for (const Parameter& parameter : parameters()) {
    const auto value = settings.value(parameter.id);
    if (!value || (model && !model->takes(parameter.id, service))) continue;
    if (is_face_parameter(parameter.id) && !faces) continue;
    wire.push_back({parameter.wire_name, *value});
  }
  if (settings.face_enhancement != FaceEnhancement::automatic)
    wire.push_back({"face_enhancement", faces});
  if (settings.subject_detection != SubjectDetection::automatic)
    wire.push_back({"subject_detection", wire_word(settings.subject_detection)});
  return wire;
}

}  // namespace sharpen
