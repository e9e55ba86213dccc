#include "client/jobs/same_job.h"

#include <ranges>
#include <vector>

#include "client/jobs/fingerprint.h"

namespace sharpen {
namespace {

bool is_of_picture(const JournalEntry& job, const std::string& fingerprint) {
  if (!job.fingerprint.empty()) return job.fingerprint == fingerprint;
  // Of a version that kept none, or free of charge.
  return fingerprint_of(job.original_file, nullptr).value_or("") == fingerprint;
}

struct Wanted {
  const ServiceAddress& address;
  const std::string& fingerprint;
  const Settings& settings;

  [[nodiscard]] bool is(const JournalEntry& job) const {
    return job.service == address.kind && job.base_url == address.base_url &&
           asked(job.settings) == asked(settings) && is_of_picture(job, fingerprint);
  }
};

}  // namespace

Settings asked(Settings settings) {
  settings.service.clear();
  settings.service_url.clear();
  settings.max_cost.reset();
  return settings;
}

Result<std::optional<JournalEntry>> adopt_same_job(Journal& journal, const ServiceAddress& address,
                                                   const std::string& fingerprint,
                                                   const Settings& settings) {
  auto jobs = journal.placed();
  if (!jobs) return std::unexpected(jobs.error());
  // Its own account cannot fetch it; nothing of it is missing in an image, as far as is known.
  std::erase_if(*jobs, [&](const JournalEntry& job) { return is_of_another_key(job, address); });
  const auto unfinished = journal.unfinished();
  if (!unfinished) return std::unexpected(unfinished.error());
  jobs->insert(jobs->end(), unfinished->begin(), unfinished->end());
  const Wanted wanted{address, fingerprint, settings};
  for (const JournalEntry& job : *jobs | std::views::reverse) {
    if (!wanted.is(job)) continue;
    auto adopted = journal.adopt(job.id);
    if (!adopted || *adopted) return adopted;
  }
  return std::optional<JournalEntry>();
}

Result<std::optional<JournalEntry>> find_same_job(const Journal& journal,
                                                  const ServiceAddress& address,
                                                  const std::string& fingerprint,
                                                  const Settings& settings, std::int64_t before,
                                                  const std::string& except) {
  auto jobs = journal.jobs();
  if (!jobs) return std::unexpected(jobs.error());
  const Wanted wanted{address, fingerprint, settings};
  for (JournalEntry& job : *jobs | std::views::reverse)
    if (job.id < before && job.upload_name != except && !is_of_another_key(job, address) &&
        wanted.is(job))
      return std::optional(std::move(job));
  return std::optional<JournalEntry>();
}

}  // namespace sharpen
