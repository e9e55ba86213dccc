#include "client/jobs/sweep.h"

#include <chrono>
#include <set>

#include "client/journal/journal.h"

namespace sharpen {
namespace {

/// Longer than any dialog stays open over a picture.
constexpr std::chrono::hours oldest{48};

}  // namespace

void sweep_spool(const Home& home) {
  const auto journal = Journal::open(home.journal());
  if (!journal) return;
  const auto files = journal->files();
  if (!files) return;
  std::set<std::filesystem::path> wanted;
  for (const auto& file : *files) wanted.insert(file.stem());
  std::error_code failed;
  const auto now = std::filesystem::file_time_type::clock::now();
  for (std::filesystem::directory_iterator at(home.spool(), failed), end; !failed && at != end;
       at.increment(failed)) {
    std::error_code ignored;
    const auto time = at->last_write_time(ignored);
    if (ignored || now - time < oldest || wanted.contains(at->path().stem())) continue;
    std::filesystem::remove(at->path(), ignored);
  }
}

}  // namespace sharpen
