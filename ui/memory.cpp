#include "ui/memory.h"

#include <glib.h>

#include "base/glib_error.h"
#include "base/json.h"

namespace sharpen {

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
  if (const auto stored = (*json)["settings"].string()) {
    if (auto settings = settings_from_json(*stored)) settings_ = std::move(*settings);
  }
}

void Memory::learn_host(const std::string& host) {
  if (hosts_.insert(host).second) save();
}

void Memory::set_unfinished_settings(std::optional<Settings> settings) {
  if (settings == settings_) return;
  settings_ = std::move(settings);
  save();
}

void Memory::save() const {
  JsonWriter writer;
  writer.begin_object().begin_array("hosts");
  for (const auto& host : hosts_) writer.element(std::string_view(host));
  writer.end_array();
  if (settings_) writer.member("settings", to_json(*settings_));
  const std::string text = writer.end_object().text(true);
  GErrorGuard error;
  g_file_set_contents_full(file_.c_str(), text.data(), static_cast<gssize>(text.size()),
                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, error.out());
  if (error) g_warning("%s", error.message().c_str());
}

}  // namespace sharpen
