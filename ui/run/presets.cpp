#include "ui/run/presets.h"

#include <glib.h>

#include <algorithm>
#include <functional>

#include "base/glib_error.h"
#include "base/i18n.h"

namespace sharpen {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file_bytes = 16 << 20;

struct Entries {
  std::vector<Preset> presets;
  std::vector<UnusablePreset> unusable;
};

Result<Settings> usable_settings(const Json& element) {
  const auto stored = element["settings"].string();
  auto settings = settings_from_json(stored.value_or(""));
  if (!settings) return settings;
  if (const auto checked = check(*settings); !checked) return std::unexpected(checked.error());
  return settings;
}

Result<Entries> read_entries(const fs::path& file) {
  char* raw = nullptr;
  gsize length = 0;
  GErrorGuard error;
  if (!g_file_get_contents(file.c_str(), &raw, &length, error.out())) {
    return fail(ErrorKind::io, tr("The presets could not be read: {}.", error.message()),
                _("Check that the file is there and yours to read."));
  }
  const OwnedChars text(raw);
  const auto json = Json::parse({text.get(), length}, max_file_bytes);
  if (!json || !(*json)["presets"].is_array()) {
    return fail(ErrorKind::protocol, tr("“{}” holds no presets.", file.filename().string()),
                _("Choose a file that was exported from this dialog."));
  }
  Entries entries;
  for (const Json& element : (*json)["presets"].elements()) {
    const auto name = element["name"].string();
    auto settings = usable_settings(element);
    if (name && settings)
      entries.presets.push_back({*name, *std::move(settings)});
    else
      entries.unusable.push_back(
          {.name = name.value_or(_("Without a name")),
           .problem = settings ? Error{ErrorKind::protocol, _("This preset has no name."), ""}
                               : std::move(settings).error(),
           .stored = element});
  }
  return entries;
}

Result<void> write_file(const fs::path& file, const std::vector<Preset>& presets,
                        const std::vector<UnusablePreset>& unusable) {
  JsonWriter writer;
  writer.begin_object().begin_array("presets");
  for (const Preset& preset : presets) {
    writer.begin_object()
        .member("name", preset.name)
        .member("settings", to_json(preset.settings))
        .end_object();
  }
  for (const UnusablePreset& preset : unusable) writer.element(preset.stored);
  const std::string text = writer.end_array().end_object().text(true);
  GErrorGuard error;
  if (!g_file_set_contents_full(file.c_str(), text.data(), static_cast<gssize>(text.size()),
                                G_FILE_SET_CONTENTS_CONSISTENT, 0600, error.out())) {
    return fail(ErrorKind::io, tr("The presets could not be written: {}.", error.message()),
                _("Free some space on the disk or choose another folder."));
  }
  return {};
}

/// Renames it to the first free "presets.json.unreadable-N".
Result<void> set_aside(const fs::path& file) {
  std::error_code error;
  fs::path aside;
  for (int number = 1; number == 1 || fs::exists(aside, error); ++number)
    aside = file.string() + ".unreadable-" + std::to_string(number);
  fs::rename(file, aside, error);
  if (error)
    return fail(ErrorKind::io, tr("The presets could not be written: {}.", error.message()),
                _("Free some space on the disk or choose another folder."));
  return {};
}

}  // namespace

Presets::Presets(fs::path file) : file_(std::move(file)) { read(); }

void Presets::read() {
  presets_.clear();
  unusable_.clear();
  std::error_code ignored;
  if (!fs::exists(file_, ignored)) return;
  auto entries = read_entries(file_);
  if (!entries) {
    Error problem = std::move(entries).error();
    problem.hint =
        tr("Repair {}. If you save a preset, that file is renamed, not deleted.", file_.string());
    unusable_.push_back({file_.filename().string(), std::move(problem), {}, true});
    return;
  }
  presets_ = std::move(entries->presets);
  unusable_ = std::move(entries->unusable);
}

const Preset* Presets::find(const std::string& name) const {
  const auto found = std::ranges::find(presets_, name, &Preset::name);
  return found == presets_.end() ? nullptr : &*found;
}

const UnusablePreset* Presets::find_unusable(const std::string& name) const {
  const auto found = std::ranges::find(unusable_, name, &UnusablePreset::name);
  return found == unusable_.end() ? nullptr : &*found;
}

void Presets::put(Preset preset) {
  drop(preset.name);
  presets_.push_back(std::move(preset));
  std::ranges::sort(presets_, [](const Preset& left, const Preset& right) {
    return g_utf8_collate(left.name.c_str(), right.name.c_str()) < 0;
  });
}

void Presets::drop(const std::string& name) {
  std::erase_if(presets_, [&](const Preset& preset) { return preset.name == name; });
  std::erase_if(unusable_, [&](const UnusablePreset& preset) {
    return preset.name == name && !preset.is_file;
  });
}

Result<void> Presets::save(Preset preset) {
  if (auto checked = check(preset.settings); !checked) return checked;
  read();
  put(std::move(preset));
  return write();
}

Result<void> Presets::remove(const std::string& name) {
  read();
  drop(name);
  return write();
}

Result<void> Presets::write() {
  Result<void> written;
  if (std::ranges::any_of(unusable_, &UnusablePreset::is_file)) written = set_aside(file_);
  if (written) {
    std::erase_if(unusable_, std::mem_fn(&UnusablePreset::is_file));
    written = write_file(file_, presets_, unusable_);
  }
  if (!written) read();
  return written;
}

Result<void> Presets::export_to(const fs::path& file, const std::string& name) const {
  const Preset* preset = find(name);
  const UnusablePreset* unusable = find_unusable(name);
  if (preset) return write_file(file, {*preset}, {});
  if (unusable && !unusable->is_file) return write_file(file, {}, {*unusable});
  return fail(ErrorKind::bad_argument, tr("There is no preset “{}”.", name));
}

Result<std::string> Presets::import_from(const fs::path& file) {
  auto entries = read_entries(file);
  if (!entries) return fail(std::move(entries));
  if (!entries->unusable.empty()) return std::unexpected(entries->unusable.front().problem);
  read();
  std::string last;
  for (Preset& preset : entries->presets) {
    last = preset.name;
    put(std::move(preset));
  }
  if (auto written = write(); !written) return fail(std::move(written));
  return last;
}

}  // namespace sharpen
