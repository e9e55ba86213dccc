#include "ui/work/presets.h"

#include <glib.h>

#include <algorithm>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/json.h"

namespace sharpen {
namespace {

Result<std::vector<Preset>> read_presets(const std::filesystem::path& file) {
  char* raw = nullptr;
  gsize length = 0;
  GErrorGuard error;
  if (!g_file_get_contents(file.c_str(), &raw, &length, error.out())) {
    return fail(ErrorKind::io, tr("The presets could not be read: {}.", error.message()),
                _("Check that the file is there and yours to read."));
  }
  const OwnedChars text(raw);
  const auto json = Json::parse({text.get(), length});
  if (!json || !(*json)["presets"].is_array()) {
    return fail(ErrorKind::protocol, tr("“{}” holds no presets.", file.filename().string()),
                _("Choose a file that was exported from this dialog."));
  }
  std::vector<Preset> presets;
  for (const Json& element : (*json)["presets"].elements()) {
    const auto name = element["name"].string();
    const auto stored = element["settings"].string();
    if (!name || !stored) continue;
    auto settings = settings_from_json(*stored);
    if (!settings) return fail(std::move(settings));
    if (const auto checked = check(*settings); !checked) return std::unexpected(checked.error());
    presets.push_back({*name, std::move(*settings)});
  }
  return presets;
}

Result<void> write_presets(const std::filesystem::path& file, const std::vector<Preset>& presets) {
  JsonWriter writer;
  writer.begin_object().begin_array("presets");
  for (const Preset& preset : presets) {
    writer.begin_object()
        .member("name", preset.name)
        .member("settings", to_json(preset.settings))
        .end_object();
  }
  const std::string text = writer.end_array().end_object().text(true);
  GErrorGuard error;
  if (!g_file_set_contents_full(file.c_str(), text.data(), static_cast<gssize>(text.size()),
                                G_FILE_SET_CONTENTS_CONSISTENT, 0600, error.out())) {
    return fail(ErrorKind::io, tr("The presets could not be written: {}.", error.message()),
                _("Make room on the disk or choose another folder."));
  }
  return {};
}

}  // namespace

Result<Presets> Presets::load(const std::filesystem::path& file) {
  Presets presets(file);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return presets;
  auto read = read_presets(file);
  if (!read) return fail(std::move(read));
  presets.presets_ = std::move(*read);
  return presets;
}

const Preset* Presets::find(const std::string& name) const {
  const auto found = std::ranges::find(presets_, name, &Preset::name);
  return found == presets_.end() ? nullptr : &*found;
}

Result<void> Presets::save(Preset preset) {
  std::erase_if(presets_, [&](const Preset& old) { return old.name == preset.name; });
  presets_.push_back(std::move(preset));
  std::ranges::sort(presets_, [](const Preset& left, const Preset& right) {
    return g_utf8_collate(left.name.c_str(), right.name.c_str()) < 0;
  });
  return write();
}

Result<void> Presets::remove(const std::string& name) {
  std::erase_if(presets_, [&](const Preset& preset) { return preset.name == name; });
  return write();
}

Result<void> Presets::write() const { return write_presets(file_, presets_); }

Result<void> Presets::export_to(const std::filesystem::path& file, const std::string& name) const {
  const Preset* preset = find(name);
  if (!preset) return fail(ErrorKind::bad_argument, tr("There is no preset “{}”.", name));
  return write_presets(file, {*preset});
}

Result<std::string> Presets::import_from(const std::filesystem::path& file) {
  auto read = read_presets(file);
  if (!read) return fail(std::move(read));
  std::string last;
  for (Preset& preset : *read) {
    last = preset.name;
    if (auto saved = save(std::move(preset)); !saved) return fail(std::move(saved));
  }
  return last;
}

}  // namespace sharpen
