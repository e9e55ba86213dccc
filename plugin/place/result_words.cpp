#include "plugin/place/result_words.h"

#include "base/i18n.h"
#include "ui/widgets/text.h"

namespace sharpen {

std::string result_name(const std::string& layer_name, const Settings& settings) {
  const std::string model = model_title(settings.model);
  // TRANSLATORS: a new layer's name: its source, then the model
  return layer_name.empty() ? model : tr("{} – {}", layer_name, model);
}

std::vector<std::string> notes_of(const ImportReport& report) {
  std::vector<std::string> notes;
  if (report.fewer_bits)
    notes.emplace_back(_("The service answered with 8 bits a channel; the layer has more."));
  if (report.gray)
    notes.emplace_back(_("The service answered in gray: the result has no colours."));
  if (report.lost_profile)
    notes.emplace_back(
        _("The service's picture has a colour profile that cannot be used: its pixels were read in "
          "the colours of the layer."));
  if (report.clipped)
    notes.emplace_back(
        _("Values brighter than white or darker than black were clipped where the "
          "service changed the picture."));
  return notes;
}

std::vector<std::string> notes_of(const NewLayer& layer) {
  std::vector<std::string> notes = notes_of(layer.report());
  if (layer.was_pass_through())
    notes.emplace_back(
        _("The group is sharpened as it looks by itself, without what it passes through: the "
          "result's mode is Normal."));
  if (layer.is_hidden())
    notes.emplace_back(_("The layer is hidden, and so is its result: show it to see it."));
  return notes;
}

}  // namespace sharpen
