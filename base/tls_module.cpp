#include "base/tls_module.h"

#include <gio/gio.h>

#include <filesystem>
#include <string_view>

#include "base/program_folder.h"

namespace sharpen {
namespace {

constexpr std::string_view no_tls = "dummy";  ///< GIO's name of its backend that only says so

bool system_has_tls() {
  auto* point = g_io_extension_point_lookup(G_TLS_BACKEND_EXTENSION_POINT_NAME);
  if (!point) return true;
  for (const GList* item = g_io_extension_point_get_extensions(point); item; item = item->next)
    if (g_io_extension_get_name(static_cast<GIOExtension*>(item->data)) != no_tls) return true;
  return false;
}

bool load_own_module() {
  std::error_code failed;
  const auto program = program_folder();
  if (program.empty()) return false;  // not from wherever the user is
  const auto folder = program / "gio-modules";
  if (!std::filesystem::is_directory(folder, failed)) return false;
  // Makes GIO load the system's modules without asking for a TLS backend, which it never forgets.
  g_proxy_resolver_get_default();
  if (system_has_tls()) return false;
  g_io_modules_scan_all_in_directory(folder.c_str());
  return true;
}

}  // namespace

void provide_tls() { [[maybe_unused]] static const bool loaded = load_own_module(); }

}  // namespace sharpen
