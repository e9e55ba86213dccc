#include "base/spool_file.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include <cerrno>
#include <format>
#include <sstream>
#include <string>
#include <utility>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/lease.h"

namespace sharpen {
namespace {

Error folder_error(const std::filesystem::path& folder, int code) {
  return {ErrorKind::io,
          tr("A temporary file cannot be written in {}: {}.", folder.string(), g_strerror(code)),
          _("Free some space on this disk, then try again.")};
}

/// Where process ids mean the same: eight digits.
std::string realm_of(const Lease& lease) {
  const std::string text = lease.boot + lease.name_space;
  return std::string(
      OwnedChars(g_compute_checksum_for_string(G_CHECKSUM_SHA256, text.c_str(), -1)).get(), 8);
}

}  // namespace

SpoolFile::Maker SpoolFile::maker_of(const std::filesystem::path& path) {
  std::istringstream name(path.filename().string());
  Lease maker = Lease::mine();
  const std::string here = realm_of(maker);
  char dash = 0;
  std::string realm;
  if (!(name >> maker.process >> dash >> maker.start_time >> dash) ||
      !std::getline(name, realm, '-') || realm != here)
    return Maker::unknown;
  return maker.alive({}) ? Maker::alive : Maker::dead;
}

std::string SpoolFile::prefix_of_maker() {
  const Lease me = Lease::mine();
  return std::format("{}-{}-{}-", me.process, me.start_time, realm_of(me));
}

Result<SpoolFile> SpoolFile::create(std::string_view suffix, const std::filesystem::path& folder) {
  std::filesystem::path where = folder;
  if (where.empty())
    where = std::filesystem::path(g_get_user_cache_dir()) / "remote-sharpen" / "spool";
  if (g_mkdir_with_parents(where.c_str(), 0700) != 0)
    return std::unexpected(folder_error(where, errno));
  std::string name = (where / (prefix_of_maker() + "XXXXXX")).string() + std::string(suffix);
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
