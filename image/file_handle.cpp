#include "image/file_handle.h"

#include <cerrno>
#include <cstring>

#include "base/i18n.h"

namespace sharpen {
namespace {

constexpr std::size_t kBufferBytes = 1 << 18;

File open_buffered(const std::filesystem::path& path, const char* mode) {
  File file(std::fopen(path.c_str(), mode));
  if (file) std::setvbuf(file.get(), nullptr, _IOFBF, kBufferBytes);
  return file;
}

}  // namespace

Result<File> open_to_read(const std::filesystem::path& path) {
  if (File file = open_buffered(path, "rbe")) return file;
  return std::unexpected(read_error(path, errno));
}

Result<File> open_to_write(const std::filesystem::path& path) {
  if (File file = open_buffered(path, "wbe")) return file;
  return std::unexpected(write_error(errno));
}

Result<void> close_written(File file) {
  const bool failed = std::ferror(file.get()) != 0;
  const int code = errno;
  if (std::fclose(file.release()) != 0) return std::unexpected(write_error(errno));
  if (failed) return std::unexpected(write_error(code));
  return {};
}

Error read_error(const std::filesystem::path& path, int code) {
  return {ErrorKind::io, tr("{} cannot be read: {}.", path.string(), std::strerror(code)),
          _("Check that the file exists and that you may read it.")};
}

Error write_error(int code) {
  return {ErrorKind::io, tr("The picture cannot be written: {}.", std::strerror(code)),
          _("Free some space on this disk, then try again.")};
}

}  // namespace sharpen
