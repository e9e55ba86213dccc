#include "plugin/files/open_file.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <span>
#include <vector>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/unique_fd.h"
#include "image/picture.h"

namespace sharpen {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * second + time.tv_nsec; }
timespec time_of(std::int64_t nanoseconds) {
  return {.tv_sec = nanoseconds / second, .tv_nsec = nanoseconds % second};
}

std::unexpected<Error> cannot_read(const std::string& reason) {
  return fail(ErrorKind::io, tr("It cannot be read: {}.", reason),
              _("Check that the file is there and yours to read."));
}

struct ChecksumFree {
  void operator()(GChecksum* checksum) const { g_checksum_free(checksum); }
};

}  // namespace

Result<FileMoment> moment_of(const std::filesystem::path& file) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return cannot_read(g_strerror(errno));
  return FileMoment{.device = found.st_dev,
                    .number = found.st_ino,
                    .bytes = found.st_size,
                    .modified = nanoseconds(found.st_mtim),
                    .accessed = nanoseconds(found.st_atim)};
}

Result<std::string> checksum_of(const std::filesystem::path& file) {
  const UniqueFd descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor) return cannot_read(g_strerror(errno));
  const std::unique_ptr<GChecksum, ChecksumFree> checksum(g_checksum_new(G_CHECKSUM_SHA256));
  std::vector<unsigned char> block(1 << 18);
  for (;;) {
    const ssize_t count = ::read(descriptor.get(), block.data(), block.size());
    if (count < 0) return cannot_read(g_strerror(errno));
    if (count == 0) return std::string(g_checksum_get_string(checksum.get()));
    g_checksum_update(checksum.get(), block.data(), count);
  }
}

Result<void> settle(const std::filesystem::path& file, const std::optional<FileMoment>& times) {
  // A copy of a file that may only be read may not be written either.
  const UniqueFd descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  bool settled = static_cast<bool>(descriptor);
  if (settled && times) {
    const std::array<timespec, 2> both = {time_of(times->accessed), time_of(times->modified)};
    settled = ::futimens(descriptor.get(), both.data()) == 0;
  }
  if (settled && ::fsync(descriptor.get()) == 0) return {};
  const std::string reason = g_strerror(errno);
  return fail(ErrorKind::io, tr("{} cannot be written: {}.", file.filename().string(), reason),
              _("Free some space on the disk, then run it again: nothing is paid twice."));
}

Result<void> check_written(const std::filesystem::path& file, std::uint32_t width,
                           std::uint32_t height) {
  const auto incomplete = [] {
    return fail(ErrorKind::io, _("GIMP wrote a picture that is not complete."),
                _("Free some space on the disk, then run it again: nothing is paid twice."));
  };
  std::array<char, 16> first{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(first.data(), first.size());
  if (stream.gcount() < static_cast<std::streamsize>(first.size())) return incomplete();
  if (!sniff(std::as_bytes(std::span(first)))) return {};
  const auto reader = open_picture(file);
  const bool unknown_kind = !reader && sniff(std::as_bytes(std::span(first))) == FileFormat::tiff;
  if (unknown_kind) return {};
  if (!reader) return incomplete();
  const PictureInfo& info = (*reader)->info();
  if (info.width != width || info.height != height) return incomplete();
  std::vector<std::byte> rows(info.bytes_per_row() * 16);
  for (std::uint32_t done = 0; done < info.height;) {
    const auto wanted = std::min<std::size_t>(16, info.height - done) * info.bytes_per_row();
    const auto read = (*reader)->read(std::span(rows).first(wanted));
    if (!read || *read == 0) return incomplete();
    done += *read;
  }
  return {};
}

}  // namespace sharpen
