#include "base/row_spool.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/i18n.h"
#include "base/spool_file.h"

namespace sharpen {
namespace {

std::unexpected<Error> disk_error(int code) {
  return fail(ErrorKind::io, tr("A temporary file cannot be used: {}.", g_strerror(code)),
              _("Free some space on this disk, then try again."));
}

}  // namespace

Result<RowSpool> RowSpool::open(const std::filesystem::path& path, int flags) {
  UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!file) return disk_error(errno);
  return RowSpool(std::move(file));
}

Result<RowSpool> RowSpool::create(const std::filesystem::path& folder) {
  const auto named = SpoolFile::create(".rows", folder);
  if (!named) return std::unexpected(named.error());
  return open(named->path(), O_RDWR);
}

Result<RowSpool> RowSpool::create_file(const std::filesystem::path& path) {
  return open(path, O_RDWR | O_CREAT | O_EXCL);
}

Result<RowSpool> RowSpool::open_file(const std::filesystem::path& path) {
  return open(path, O_RDONLY);
}

Result<void> RowSpool::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return disk_error(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> RowSpool::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got =
        ::pread(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return disk_error(got == 0 ? EIO : errno);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<std::uint64_t> RowSpool::size() const {
  struct stat status{};
  if (::fstat(file_.get(), &status) != 0) return disk_error(errno);
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace sharpen
