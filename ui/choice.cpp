#include "ui/choice.h"

#include <algorithm>

#include "ui/text.h"

namespace sharpen {

std::vector<Settings> variants(const Choice& choice) {
  std::vector<Settings> all = {choice.settings};
  for (const auto& name : choice.more_models) {
    Settings settings = choice.settings;
    settings.model = name;
    const Model* model = find_model(name);
    for (const Parameter& about : parameters()) {
      const bool for_faces = about.id == ParameterId::face_enhancement_strength ||
                             about.id == ParameterId::face_enhancement_creativity;
      if (!for_faces && model && !model->find(about.id)) settings.value(about.id).reset();
    }
    all.push_back(std::move(settings));
  }
  return all;
}

std::optional<Settings> first_settings(std::span<const Source> sources, const Memory& memory,
                                       const Settings& last) {
  const auto result = std::ranges::find_if(
      sources, [](const Source& source) { return source.earlier.has_value(); });
  if (result == sources.end()) return memory.unfinished_settings();
  Settings settings = *result->earlier;
  settings.max_cost = last.max_cost;
  const std::string& url = settings.service_url;
  if (!url.empty() && !memory.knows_host(host_of(url))) {
    settings.service = last.service;
    settings.service_url = last.service_url;
  }
  return settings;
}

}  // namespace sharpen
