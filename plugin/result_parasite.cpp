#include "plugin/result_parasite.h"

#include <string>

#include "base/json.h"
#include "plugin/gimp_ref.h"

namespace sharpen {
namespace {
constexpr const char* parasite_name = "remote-sharpen-result";
}

void attach_note(GimpLayer* layer, const ResultNote& note) {
  const std::string text =
      JsonWriter()
          .begin_object()
          .member("version", 1)
          .member("source_tattoo", static_cast<std::int64_t>(note.source_tattoo))
          .member("settings", to_json(note.settings))
          .end_object()
          .text();
  const OwnedParasite parasite(gimp_parasite_new(parasite_name,
                                                 GIMP_PARASITE_PERSISTENT | GIMP_PARASITE_UNDOABLE,
                                                 static_cast<guint32>(text.size()), text.data()));
  gimp_item_attach_parasite(as_item(layer), parasite.get());
}

std::optional<ResultNote> note_of(GimpLayer* layer) {
  const OwnedParasite parasite(gimp_item_get_parasite(as_item(layer), parasite_name));
  if (!parasite) return {};
  guint32 length = 0;
  const auto* data = static_cast<const char*>(gimp_parasite_get_data(parasite.get(), &length));
  const auto json = Json::parse(std::string_view(data, length));
  if (!json || (*json)["version"].integer() != 1) return {};
  const auto settings = settings_from_json((*json)["settings"].string().value_or(""));
  const auto tattoo = (*json)["source_tattoo"].integer();
  if (!settings || !tattoo || *tattoo < 0) return {};
  return ResultNote{*settings, static_cast<unsigned>(*tattoo)};
}

}  // namespace sharpen
