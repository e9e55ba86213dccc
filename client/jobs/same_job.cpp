#include "client/jobs/same_job.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <ranges>

namespace sharpen {
namespace {

/// What the service was asked for: not the words by which it was found, nor the user's own limit.
Settings asked(Settings settings) {
  settings.service.clear();
  settings.service_url.clear();
  settings.max_cost.reset();
  return settings;
}

bool same_bytes(const std::filesystem::path& left, const std::filesystem::path& right) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(left, failed);
  if (failed || size != std::filesystem::file_size(right, failed) || failed) return false;
  std::ifstream one(left, std::ios::binary), other(right, std::ios::binary);
  std::array<char, 1 << 16> a{}, b{};
  while (one && other) {
    one.read(a.data(), a.size());
    other.read(b.data(), b.size());
    if (one.gcount() != other.gcount()) return false;
    if (!std::equal(a.begin(), a.begin() + one.gcount(), b.begin())) return false;
  }
  return one.eof() && other.eof();
}

}  // namespace

Result<std::optional<JournalEntry>> adopt_same_job(Journal& journal, const ServiceAddress& address,
                                                   const Upload& upload, const Settings& settings) {
  const auto jobs = journal.unfinished();
  if (!jobs) return std::unexpected(jobs.error());
  for (const JournalEntry& job : *jobs | std::views::reverse) {
    const bool same = job.service == address.kind && job.base_url == address.base_url &&
                      asked(job.settings) == asked(settings) &&
                      same_bytes(job.original_file, upload.file);
    if (!same) continue;
    const auto adopted = journal.adopt(job.id);
    if (!adopted) return std::unexpected(adopted.error());
    if (*adopted) return job;
  }
  return std::optional<JournalEntry>();
}

}  // namespace sharpen
