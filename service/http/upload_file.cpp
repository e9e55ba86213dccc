#include "service/http/upload_file.h"

#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace sharpen::server {
namespace {

std::unexpected<Answer> not_stored(const std::string& why) {
  g_warning("An upload cannot be stored: %s", why.c_str());
  return std::unexpected(disk_full_answer("The upload cannot be stored. Try again later."));
}

}  // namespace

Checked<UploadFile> UploadFile::create(const std::filesystem::path& spool) {
  auto created = SpoolFile::create(".upload", spool);
  if (!created) return not_stored(created.error().message);
  UploadFile upload;
  upload.picture_ = *std::move(created);
  upload.file_ = UniqueFd(::open(upload.picture_.path().c_str(), O_WRONLY | O_CLOEXEC));
  if (!upload.file_) return not_stored(g_strerror(errno));
  return upload;
}

Checked<void> UploadFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return not_stored(g_strerror(count < 0 ? errno : ENOSPC));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

SpoolFile UploadFile::take() {
  close();
  return std::exchange(picture_, {});
}

}  // namespace sharpen::server
