#include "client/jobs/spooled_upload.h"

#include <format>

#include "base/i18n.h"
#include "base/link_or_copy.h"
#include "base/spool_file.h"

namespace sharpen {
namespace {

std::filesystem::path with_extension(std::filesystem::path file, const char* extension) {
  return file.replace_extension(extension);
}

Result<void> repeat(const std::filesystem::path& from, const std::filesystem::path& to) {
  const std::error_code failed = link_or_copy(from, to);
  if (!failed) return {};
  return fail(ErrorKind::io, tr("The picture could not be copied: {}.", failed.message()),
              _("Free some space on the disk and try again."));
}

}  // namespace

std::filesystem::path selection_file(const std::filesystem::path& upload) {
  return with_extension(upload, ".selection");
}

std::filesystem::path pixels_file(const std::filesystem::path& upload) {
  return with_extension(upload, ".pixels");
}

SpooledUpload::~SpooledUpload() {
  if (upload_.empty()) return;
  std::error_code ignored;
  for (const auto& file : {upload_, selection_file(upload_), pixels_file(upload_)})
    std::filesystem::remove(file, ignored);
}

Result<Upload> second_upload(const Upload& upload, const std::filesystem::path& folder) {
  auto file = SpoolFile::create(std::format(".{}", name_of(upload.format)), folder);
  if (!file) return fail(std::move(file));
  Upload second = upload;
  second.file = file->keep();
  auto owned = SpooledUpload::take_over(second.file);
  if (auto named = repeat(upload.file, second.file); !named) return fail(std::move(named));
  for (const auto beside : {selection_file, pixels_file}) {
    std::error_code none;
    if (!std::filesystem::exists(beside(upload.file), none)) continue;
    if (auto named = repeat(beside(upload.file), beside(second.file)); !named)
      return fail(std::move(named));
  }
  (void)owned.keep();
  return second;
}

}  // namespace sharpen
