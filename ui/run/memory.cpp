#include "ui/run/memory.h"

#include <glib.h>

#include "base/glib_error.h"
#include "base/json.h"

namespace sharpen {
namespace {

WindowLook look_in(const Json& json) {
  const auto number = [&](const char* name, double least, double most, double usual) {
    const auto found = json[name].number();
    return found && *found >= least && *found <= most ? *found : usual;
  };
  constexpr int most_pixels = 20'000;
  WindowLook look;
  look.view.side_by_side = json["side_by_side"].boolean().value_or(false);
  look.view.zoom = number("zoom", 0.001, 100, 1);
  look.view.divider = number("divider", 0, 1, 0.5);
  look.width = int(number("width", 0, most_pixels, 0));
  look.height = int(number("height", 0, most_pixels, 0));
  look.preview_width = int(number("preview_width", 0, most_pixels, 0));
  return look;
}

void write_look(JsonWriter& writer, const WindowLook& look) {
  writer.begin_object("window")
      .member("side_by_side", look.view.side_by_side)
      .member("zoom", look.view.zoom)
      .member("divider", look.view.divider)
      .member("width", look.width)
      .member("height", look.height)
      .member("preview_width", look.preview_width)
      .end_object();
}

}  // namespace

Memory::Memory(const Home& home) : file_(home.user / "dialog.json") {
  char* raw = nullptr;
  gsize length = 0;
  if (!g_file_get_contents(file_.c_str(), &raw, &length, nullptr)) return;
  const OwnedChars text(raw);
  const auto json = Json::parse({text.get(), length});
  if (!json) return;
  for (const Json& host : (*json)["hosts"].elements()) {
    if (auto name = host.string()) hosts_.insert(*name);
  }
  look_ = look_in((*json)["window"]);
  const auto stored = (*json)["settings"].string();
  if (!stored) return;
  auto settings = settings_from_json(*stored);
  if (!settings) return;
  Choice& choice = unfinished_.emplace();
  choice.settings = std::move(*settings);
  choice.output_name = (*json)["output_name"].string().value_or("");
  choice.keep_source_visible = (*json)["keep_source_visible"].boolean().value_or(false);
  for (const Json& model : (*json)["more_models"].elements()) {
    if (auto name = model.string()) choice.more_models.push_back(*name);
  }
}

void Memory::learn_host(const std::string& host) {
  if (hosts_.insert(host).second) save();
}

void Memory::set_unfinished(std::optional<Choice> choice) {
  if (choice) choice->redo_original = false;  // that is for one layer
  if (choice == unfinished_) return;
  unfinished_ = std::move(choice);
  save();
}

void Memory::set_look(const WindowLook& look) {
  if (look == look_) return;
  look_ = look;
  save();
}

void Memory::save() const {
  JsonWriter writer;
  writer.begin_object().begin_array("hosts");
  for (const auto& host : hosts_) writer.element(std::string_view(host));
  writer.end_array();
  write_look(writer, look_);
  if (unfinished_) {
    writer.member("settings", to_json(unfinished_->settings))
        .member("output_name", unfinished_->output_name)
        .member("keep_source_visible", unfinished_->keep_source_visible)
        .begin_array("more_models");
    for (const auto& model : unfinished_->more_models) writer.element(std::string_view(model));
    writer.end_array();
  }
  const std::string text = writer.end_object().text(true);
  GErrorGuard error;
  g_file_set_contents_full(file_.c_str(), text.data(), static_cast<gssize>(text.size()),
                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, error.out());
  if (error) g_warning("%s", error.message().c_str());
}

}  // namespace sharpen
