#include "client/jobs/sweep.h"

#include <chrono>
#include <set>

#include "base/spool_file.h"
#include "base/unix_time.h"
#include "client/jobs/job.h"
#include "client/jobs/saved_image.h"
#include "client/journal/journal.h"

namespace sharpen {
namespace {

/// Longer than any dialog stays open over a picture.
constexpr std::chrono::hours oldest{48};

void forget_placed(Journal& journal) {
  (void)journal.remove_placed_before(unix_now() - kept_seconds);
  const auto placed = journal.placed();
  if (!placed) return;
  for (const JournalEntry& job : *placed)
    if (is_in_saved_file(job)) (void)journal.remove(job.id);
}

bool is_left_behind(const std::filesystem::directory_entry& file) {
  std::error_code failed;
  const auto age = std::filesystem::file_time_type::clock::now() - file.last_write_time(failed);
  const auto maker = SpoolFile::maker_of(file.path());
  return !failed &&
         (maker == SpoolFile::Maker::dead || (maker == SpoolFile::Maker::unknown && age >= oldest));
}

}  // namespace

void sweep(const Home& home) {
  auto journal = Journal::open(home.journal());
  if (!journal) return;
  forget_placed(*journal);
  const auto files = journal->files();
  if (!files) return;
  std::set<std::filesystem::path> wanted;
  for (const auto& file : *files) wanted.insert(file.stem());
  std::error_code failed;
  for (std::filesystem::directory_iterator at(home.spool(), failed), end; !failed && at != end;
       at.increment(failed)) {
    std::error_code ignored;
    if (!wanted.contains(at->path().stem()) && is_left_behind(*at))
      std::filesystem::remove(at->path(), ignored);
  }
}

}  // namespace sharpen
