#include "image/tiff_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>

#include "image/file_handle.h"
#include "image/formats.h"

namespace sharpen {
namespace {

constexpr tmsize_t kMaxBytes = tmsize_t{1} << 30;

struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

int keep_error(TIFF*, void* complaints, const char*, const char* format, va_list arguments) {
  auto& message = static_cast<TiffFile::Complaints*>(complaints)->message;
  std::vsnprintf(message.data(), message.size(), format, arguments);
  return 1;
}

int keep_warning(TIFF* tiff, void* complaints, const char* module, const char* format,
                 va_list arguments) {
  if (module == std::string_view("JPEGLib")) {
    static_cast<TiffFile::Complaints*>(complaints)->damaged = true;
    keep_error(tiff, complaints, module, format, arguments);
  }
  return 1;
}

}  // namespace

bool TiffFile::open(int file, const std::filesystem::path& path, const char* mode) {
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  TIFFOpenOptionsSetMaxCumulatedMemAlloc(options.get(), kMaxBytes);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_error, &complaints_);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), keep_warning, &complaints_);
  tiff_.reset(TIFFFdOpenExt(file, path.c_str(), mode, options.get()));
  if (!tiff_) ::close(file);
  return tiff_ != nullptr;
}

Result<std::unique_ptr<TiffFile>> TiffFile::open_to_read(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::unexpected(read_error(path, errno));
  auto tiff = std::make_unique<TiffFile>();
  // "m": no memory mapping, which would crash us if the file were cut while we read it.
  if (tiff->open(file, path, "rm")) return tiff;
  return std::unexpected(sharpen::damaged(FileFormat::tiff, tiff->message()));
}

Result<std::unique_ptr<TiffFile>> TiffFile::open_to_write(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return std::unexpected(write_error(errno));
  auto tiff = std::make_unique<TiffFile>();
  if (tiff->open(file, path, "w")) return tiff;
  return std::unexpected(write_error(EIO));
}

}  // namespace sharpen
