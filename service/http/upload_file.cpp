#include "service/http/upload_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace sharpen::server {
namespace {

std::unexpected<Answer> no_room() {
  return std::unexpected(disk_full_answer("The upload cannot be stored: the disk is full."));
}

}  // namespace

Checked<UploadFile> UploadFile::create(const std::filesystem::path& spool) {
  auto created = SpoolFile::create(".upload", spool);
  if (!created) return no_room();
  UploadFile upload;
  upload.picture_ = *std::move(created);
  upload.file_ = UniqueFd(::open(upload.picture_.path().c_str(), O_WRONLY | O_CLOEXEC));
  if (!upload.file_) return no_room();
  return upload;
}

Checked<void> UploadFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return no_room();
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

SpoolFile UploadFile::take() {
  close();
  return std::exchange(picture_, {});
}

}  // namespace sharpen::server
