#include "plugin/command/find_gimp.h"

#include <gio/gio.h>

#include <array>

#include "base/glib_error.h"
#include "base/i18n.h"

namespace sharpen {
namespace {

constexpr const char* flatpak_id = "org.gimp.GIMP";

bool in_path(const char* program) { return OwnedChars(g_find_program_in_path(program)) != nullptr; }

/// What a program prints; empty if it fails.
std::string output_of(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char* out = nullptr;
  int status = 0;
  if (!g_spawn_sync(nullptr, arguments.data(), nullptr,
                    static_cast<GSpawnFlags>(G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL),
                    nullptr, nullptr, &out, nullptr, &status, nullptr))
    return {};
  const OwnedChars text(out);
  return status == 0 && text ? text.get() : "";
}

bool is_gimp_3(const std::string& program) {
  return output_of({program, "--version"}).contains(" 3.");
}

}  // namespace

Result<std::vector<std::string>> find_gimp(const std::string& named) {
  if (!named.empty()) return std::vector{named};
  if (const char* set = g_getenv("REMOTE_SHARPEN_GIMP"); set && *set)
    return std::vector<std::string>{set};
  for (const char* program : {"gimp-console-3.0", "gimp-console-3.2", "gimp-console-3"})
    if (in_path(program)) return std::vector<std::string>{program};
  if (in_path("gimp-console") && is_gimp_3("gimp-console"))
    return std::vector<std::string>{"gimp-console"};
  if (in_path("flatpak") && output_of({"flatpak", "info", flatpak_id}).contains("Version: 3."))
    return std::vector<std::string>{
        "flatpak",
        "run",
        "--command=sh",
        flatpak_id,
        "-c",
        R"(for gimp in gimp-console-3.2 gimp-console-3.0 gimp-console-3 gimp-console; do
             command -v "$gimp" >/dev/null && exec "$gimp" "$@"
           done; exit 127)",
        "gimp"};
  return fail(ErrorKind::bad_argument, _("GIMP 3 was not found."),
              _("Install it, or name its program with --gimp."));
}

}  // namespace sharpen
