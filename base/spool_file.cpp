#include "base/spool_file.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "base/i18n.h"

namespace sharpen {
namespace {

Error folder_error(const std::filesystem::path& folder, int code) {
  return {ErrorKind::io,
          tr("A temporary file cannot be written in {}: {}.", folder.string(), g_strerror(code)),
          _("Free some space on this disk, then try again.")};
}

}  // namespace

Result<SpoolFile> SpoolFile::create(std::string_view suffix, const std::filesystem::path& folder) {
  std::filesystem::path where = folder;
  if (where.empty())
    where = std::filesystem::path(g_get_user_cache_dir()) / "remote-sharpen" / "spool";
  if (g_mkdir_with_parents(where.c_str(), 0700) != 0)
    return std::unexpected(folder_error(where, errno));
  std::string name = (where / "XXXXXX").string() + std::string(suffix);
  const int file = g_mkstemp_full(name.data(), O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(folder_error(where, errno));
  ::close(file);
  return SpoolFile(name);
}

SpoolFile::SpoolFile(SpoolFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

SpoolFile& SpoolFile::operator=(SpoolFile&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

SpoolFile::~SpoolFile() {
  if (!path_.empty()) g_unlink(path_.c_str());
}

std::filesystem::path SpoolFile::keep() { return std::exchange(path_, {}); }

SpoolFile SpoolFile::take_over(std::filesystem::path path) { return SpoolFile(std::move(path)); }

}  // namespace sharpen
