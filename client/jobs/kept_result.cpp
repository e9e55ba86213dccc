#include "client/jobs/kept_result.h"

#include "base/i18n.h"
#include "base/link_or_copy.h"
#include "client/jobs/job_steps.h"

namespace sharpen {

Result<SpoolFile> second_name(const std::filesystem::path& file) {
  auto spool = SpoolFile::create(file.extension().string(), file.parent_path());
  if (!spool) return spool;
  if (const std::error_code error = link_or_copy(file, spool->path()))
    return fail(ErrorKind::io, tr("The result cannot be saved: {}.", error.message()),
                _("Free some space, then fetch it under Filters > Enhance."));
  return spool;
}

std::filesystem::path result_here(const JournalEntry& entry, GCancellable* cancellable) {
  std::error_code none;
  if (!entry.result_file.empty() && std::filesystem::exists(entry.result_file, none))
    return entry.result_file;
  auto answer = answer_file(entry.original_file);
  if (entry.is_at_service() || entry.original_file.empty() || !check_picture(answer, cancellable))
    answer.clear();
  return answer;
}

}  // namespace sharpen
