#include "client/jobs/wait_mark.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "client/jobs/same_job.h"

namespace sharpen {
namespace {

std::filesystem::path mark_of(const Home& home, const JournalEntry& job) {
  const std::string wanted = job.fingerprint + '\n' + std::string(word_of(job.service)) + '\n' +
                             job.base_url + '\n' + to_json(asked(job.settings));
  const OwnedChars sum(g_compute_checksum_for_string(G_CHECKSUM_SHA256, wanted.c_str(), -1));
  return home.spool() / (std::string(sum.get()) + ".wait");
}

bool lock(const UniqueFd& file, int how) {
  while (::flock(file.get(), how) != 0)
    if (errno != EINTR) return false;
  return true;
}

bool is_named(const UniqueFd& file, const std::filesystem::path& name) {
  struct stat opened{}, named{};
  return ::fstat(file.get(), &opened) == 0 && ::stat(name.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace

Result<WaitMark> WaitMark::set(const Home& home, const JournalEntry& job) {
  const auto file = mark_of(home, job);
  g_mkdir_with_parents(home.spool().c_str(), 0700);
  for (;;) {
    UniqueFd opened(::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    if (!opened || !lock(opened, LOCK_SH))
      return fail(ErrorKind::io, tr("The picture could not be copied: {}.", g_strerror(errno)),
                  _("Free some space on the disk and try again."));
    // The last run that waited may just have removed it.
    if (is_named(opened, file)) return WaitMark(file, std::move(opened));
  }
}

WaitMark::~WaitMark() {
  std::error_code none;
  if (lock_ && lock(lock_, LOCK_EX | LOCK_NB)) std::filesystem::remove(file_, none);
}

bool is_waited_for(const Home& home, const JournalEntry& job) {
  if (job.fingerprint.empty()) return false;
  const UniqueFd opened(::open(mark_of(home, job).c_str(), O_RDWR | O_CLOEXEC));
  return opened && !lock(opened, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
}

}  // namespace sharpen
