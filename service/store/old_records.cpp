#include "service/store/old_records.h"

#include <glib.h>

#include <format>
#include <sstream>
#include <utility>
#include <vector>

#include "base/glib_error.h"
#include "service/store/records.h"

namespace sharpen::server {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> unreadable(const std::string& why) {
  return fail(ErrorKind::io, std::format("A record of version 0.1.0 cannot be read: {}.", why),
              "Let the service's user read it, then start again.");
}

Result<std::string> contents(const fs::path& file) {
  GErrorGuard error;
  char* bytes = nullptr;
  gsize size = 0;
  if (!g_file_get_contents(file.c_str(), &bytes, &size, error.out()))
    return unreadable(error.message());
  const OwnedChars owner(bytes);
  return std::string(bytes, size);
}

std::int64_t size_of(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

/// What is to be written, and the files that are then no longer needed.
struct Found {
  std::vector<Change> changes;
  std::vector<fs::path> files;
};

template <class Action>
Result<void> for_each_record(const fs::path& folder, Found& found, Action action) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path file = entry->path();
    if (file.extension() != ".json") continue;
    const auto text = contents(file);
    if (!text) return std::unexpected(text.error());
    action(*text, fs::path(file).replace_extension());
    found.files.push_back(file);
  }
  if (error) return unreadable(std::format("{}: {}", folder.string(), error.message()));
  return {};
}

Result<void> add_ledger(const fs::path& ledger, Found& found) {
  std::error_code error;
  if (!fs::exists(ledger, error) && !error) return {};
  const auto text = contents(ledger);
  if (!text) return std::unexpected(text.error());
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);)
    if (const auto charge = charge_from(line))
      found.changes.push_back({RecordKind::charge, charge->process_id, line});
  found.files.push_back(ledger);
  return {};
}

Result<Found> old_records(const fs::path& folder) {
  Found found;
  const auto add_source = [&](const std::string& text, const fs::path& picture) {
    auto source = source_from(text);
    if (!source) return;
    source->bytes = size_of(picture);
    found.changes.push_back({RecordKind::source, source->id, to_text(*source)});
  };
  const auto add_job = [&](const std::string& text, const fs::path& result) {
    auto job = job_from(text);
    if (!job) return;
    job->output_bytes = size_of(result);
    found.changes.push_back({RecordKind::job, job->id, to_text(*job)});
  };
  auto read = for_each_record(folder / "sources", found, add_source);
  if (read) read = for_each_record(folder / "jobs", found, add_job);
  if (read) read = add_ledger(folder / "charges.jsonl", found);
  if (!read) return fail(std::move(read));
  return found;
}

}  // namespace

Result<void> import_old_records(const fs::path& folder, Journal& journal) {
  auto found = old_records(folder);
  if (!found) return fail(std::move(found));
  if (!found->changes.empty())
    if (auto saved = journal.write_now(found->changes); !saved) return saved;
  std::error_code ignored;
  for (const auto& file : found->files) fs::remove(file, ignored);
  return {};
}

}  // namespace sharpen::server
