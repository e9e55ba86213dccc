#include "ui/run/choice.h"

#include <algorithm>

#include "ui/run/memory.h"
#include "ui/widgets/text.h"

namespace sharpen {

Settings essence(Settings settings) {
  settings.max_cost.reset();
  return settings;
}

std::vector<Settings> variants(const Choice& choice) {
  std::vector<Settings> all = {choice.settings};
  for (const auto& name : choice.more_models) {
    Settings settings = choice.settings;
    settings.model = name;
    const Model* model = find_model(name);
    for (const Parameter& about : parameters())
      if (model && !model->has(about.id)) settings.value(about.id).reset();
    if (model && !model->has(ParameterId::blur_size)) settings.blur = BlurKind::automatic;
    all.push_back(std::move(settings));
  }
  return all;
}

std::optional<Choice> first_choice(std::span<const Source> sources, const Memory& memory,
                                   const Choice& last) {
  const auto result = std::ranges::find_if(
      sources, [](const Source& source) { return source.earlier.has_value(); });
  if (result == sources.end()) return memory.unfinished();
  Choice choice = last;
  choice.settings = *result->earlier;
  choice.settings.max_cost = last.settings.max_cost;
  choice.redo_original = std::ranges::any_of(sources, &Source::can_redo);
  const std::string& url = choice.settings.service_url;
  if (!url.empty() && !memory.knows_host(host_of(url))) {
    choice.settings.service = last.settings.service;
    choice.settings.service_url = last.settings.service_url;
  }
  return choice;
}

}  // namespace sharpen
