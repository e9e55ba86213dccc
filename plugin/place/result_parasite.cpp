#include "plugin/place/result_parasite.h"

#include <glib.h>

#include <algorithm>
#include <vector>

#include "base/json.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/layer_tree.h"

namespace sharpen {
namespace {

constexpr const char* result_name = "remote-sharpen-result";
constexpr const char* original_name = "remote-sharpen-original";

void attach(GimpLayer* layer, const char* name, const std::string& text) {
  const OwnedParasite parasite(gimp_parasite_new(name,
                                                 GIMP_PARASITE_PERSISTENT | GIMP_PARASITE_UNDOABLE,
                                                 static_cast<guint32>(text.size()), text.data()));
  gimp_item_attach_parasite(as_item(layer), parasite.get());
}

/// Empty if there is none.
std::string attached(GimpLayer* layer, const char* name) {
  const OwnedParasite parasite(gimp_item_get_parasite(as_item(layer), name));
  if (!parasite) return {};
  guint32 length = 0;
  const auto* data = static_cast<const char*>(gimp_parasite_get_data(parasite.get(), &length));
  return {data, length};
}

std::string mark_of(GimpLayer* original) {
  std::string mark = attached(original, original_name);
  if (!mark.empty()) return mark;
  mark = text_of(g_uuid_string_random());
  attach(original, original_name, mark);
  return mark;
}

}  // namespace

void note_result(GimpLayer* layer, const Settings& settings, const std::string& job,
                 GimpLayer* original, Rectangle box) {
  // A copy of its original has the mark, too.
  if (!attached(layer, original_name).empty())
    gimp_item_detach_parasite(as_item(layer), original_name);
  const std::string name = original ? text_of(gimp_item_get_name(as_item(original))) : "";
  const std::string text = JsonWriter()
                               .begin_object()
                               .member("version", 1)
                               .member("source_mark", original ? mark_of(original) : "")
                               .member("source_name", name)
                               .member("x", std::int64_t{box.x})
                               .member("y", std::int64_t{box.y})
                               .member("width", std::int64_t{box.width})
                               .member("height", std::int64_t{box.height})
                               .member("settings", to_json(settings))
                               .member("job", job)
                               .end_object()
                               .text();
  attach(layer, result_name, text);
}

std::optional<ResultNote> note_of(GimpLayer* layer) {
  const auto json = Json::parse(attached(layer, result_name));
  if (!json || (*json)["version"].integer() != 1) return {};
  const auto settings = settings_from_json((*json)["settings"].string().value_or(""));
  if (!settings) return {};
  const auto number = [&](const char* name) {
    return static_cast<int>((*json)[name].integer().value_or(0));
  };
  return ResultNote{*settings,
                    (*json)["source_mark"].string().value_or(""),
                    (*json)["source_name"].string().value_or(""),
                    (*json)["job"].string().value_or(""),
                    {number("x"), number("y"), number("width"), number("height")}};
}

GimpLayer* original_of(const ResultNote& note, GimpImage* image) {
  if (note.mark.empty()) return nullptr;
  std::vector<GimpLayer*> marked = all_layers(image);
  std::erase_if(marked,
                [&](GimpLayer* layer) { return attached(layer, original_name) != note.mark; });
  if (marked.size() == 1) return marked.front();
  const auto named = std::ranges::find_if(marked, [&](GimpLayer* layer) {
    return text_of(gimp_item_get_name(as_item(layer))) == note.name;
  });
  return named == marked.end() ? nullptr : *named;
}

}  // namespace sharpen
