#include "client/keys/keys.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/json.h"
#include "client/http/address.h"
#include "client/keys/keyring.h"

namespace sharpen {
namespace {

/// The environment variable of a service; null for this computer's own.
const char* variable_of(ServiceKind service) {
  switch (service) {
    case ServiceKind::topaz:
      return "TOPAZ_API_KEY";
    case ServiceKind::aimlapi:
      return "AIMLAPI_KEY";
    case ServiceKind::own_server:
      return "SHARPEN_SERVICE_KEY";
    case ServiceKind::this_computer:
      return nullptr;
  }
  return nullptr;
}

/// A vendor's key goes to the vendor, or to a stand-in on this computer; an address from somewhere
/// else (a script, a preset) must not get it.
bool variable_holds_for(ServiceKind service, const std::string& origin) {
  return service == ServiceKind::own_server || origin == official_url(service) ||
         reach_of_url(origin) == Reach::loopback;
}

/// Keys often come with the newline of a file or of the clipboard.
std::string trimmed(const std::string& text) {
  constexpr const char* blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Result<void> check_key(const std::string& key) {
  const bool printable =
      std::ranges::all_of(key, [](unsigned char byte) { return byte > 0x20 && byte < 0x7f; });
  if (!key.empty() && printable && key.size() <= 4096) return {};
  return fail(ErrorKind::bad_argument, _("This is not a key: keys are one word of plain letters."),
              _("Copy the key again from the page of the service."));
}

using KeyFile = std::map<std::string, std::string>;

std::string name_in_file(ServiceKind service, const std::string& origin) {
  return std::string(word_of(service)) + " " + origin;
}

Result<KeyFile> read_file(const std::filesystem::path& file) {
  struct stat status = {};
  if (::stat(file.c_str(), &status) != 0) return KeyFile();
  const char* hint =
      _("Let nobody else read it (chmod 600), or remove it and enter the key again.");
  if ((status.st_mode & 077) != 0)
    return fail(ErrorKind::io, tr("Others can read the file with the keys, {}.", file.string()),
                hint);
  OwnedChars text;
  gsize size = 0;
  GErrorGuard error;
  if (!g_file_get_contents(file.c_str(), std::out_ptr(text), &size, error.out()))
    return fail(ErrorKind::io, tr("The file with the keys cannot be read: {}.", error.message()),
                hint);
  const auto json = Json::parse({text.get(), size});
  if (!json || !(*json)["keys"].is_array())
    return fail(ErrorKind::io, tr("The file with the keys, {}, is damaged.", file.string()), hint);
  KeyFile keys;
  for (const auto& entry : (*json)["keys"].elements())
    keys[entry["name"].string().value_or("")] = entry["key"].string().value_or("");
  return keys;
}

Result<void> write_file(const std::filesystem::path& file, const KeyFile& keys) {
  if (keys.empty()) {
    g_unlink(file.c_str());
    return {};
  }
  JsonWriter json;
  json.begin_object().begin_array("keys");
  for (const auto& [name, key] : keys)
    json.begin_object().member("name", name).member("key", key).end_object();
  const auto text = json.end_array().end_object().text(true);
  GErrorGuard error;
  if (g_mkdir_with_parents(file.parent_path().c_str(), 0700) == 0 &&
      g_file_set_contents_full(file.c_str(), text.data(), static_cast<gssize>(text.size()),
                               G_FILE_SET_CONTENTS_CONSISTENT, 0600, error.out()))
    return {};
  return fail(ErrorKind::io,
              tr("The key cannot be stored in {}: {}.", file.string(),
                 error ? error.message() : std::string(g_strerror(errno))),
              _("Make sure that this folder can be written, then try again."));
}

std::string normal(const std::string& origin) {
  auto made = origin_of(origin);
  return made.empty() ? origin : made;
}

}  // namespace

Result<std::optional<FoundKey>> find_key(ServiceKind service, const std::string& origin,
                                         const Home& home, GCancellable* cancellable) {
  const char* variable = variable_of(service);
  if (!variable) return std::nullopt;
  const auto where = normal(origin);
  if (const char* value = g_getenv(variable); value && variable_holds_for(service, where)) {
    const auto key = trimmed(value);
    if (!key.empty()) {
      if (auto checked = check_key(key); !checked)
        return fail(ErrorKind::bad_argument, tr("{} does not hold a key.", std::string(variable)),
                    checked.error().hint);
      return FoundKey{key, KeyPlace::environment};
    }
  }
  auto kept = Keyring(cancellable).find({std::string(word_of(service)), where});
  if (kept && *kept) return FoundKey{**std::move(kept), KeyPlace::keyring};
  if (!kept && kept.error().kind == ErrorKind::cancelled) return fail(std::move(kept));
  // The user chose the file in so many words, perhaps because of this very keyring.
  const auto file = read_file(home.keys());
  if (!file) return std::unexpected(file.error());
  if (const auto found = file->find(name_in_file(service, where)); found != file->end())
    return FoundKey{found->second, KeyPlace::file};
  if (!kept) return fail(std::move(kept));
  return std::nullopt;
}

Result<void> store_key(ServiceKind service, const std::string& origin, const std::string& key,
                       KeyPlace place, const Home& home, GCancellable* cancellable) {
  const auto word = trimmed(key);
  if (auto checked = check_key(word); !checked) return checked;
  const auto where = normal(origin);
  switch (place) {
    case KeyPlace::environment:
      return fail(ErrorKind::bad_argument, _("A program cannot store a key in the environment."),
                  _("Choose the keyring or the file."));
    case KeyPlace::keyring:
      return Keyring(cancellable)
          .store({std::string(word_of(service)), where},
                 tr("Remote Sharpen key for {}", where.empty() ? _(title_of(service)) : where),
                 word);
    case KeyPlace::file:
      break;
  }
  auto keys = read_file(home.keys());
  if (!keys) return fail(std::move(keys));
  (*keys)[name_in_file(service, where)] = word;
  return write_file(home.keys(), *keys);
}

Result<void> forget_key(ServiceKind service, const std::string& origin, const Home& home,
                        GCancellable* cancellable) {
  const auto where = normal(origin);
  auto in_keyring = Keyring(cancellable).forget({std::string(word_of(service)), where});
  auto keys = read_file(home.keys());
  if (!keys) return fail(std::move(keys));
  if (keys->erase(name_in_file(service, where)) > 0)
    if (auto written = write_file(home.keys(), *keys); !written) return written;
  return in_keyring;
}

}  // namespace sharpen
