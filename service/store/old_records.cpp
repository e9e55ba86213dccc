#include "service/store/old_records.h"

#include <fstream>
#include <iterator>
#include <vector>

#include "service/store/records.h"

namespace sharpen::server {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
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
void for_each_record(const fs::path& folder, Found& found, Action action) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() != ".json") continue;
    action(contents(entry.path()), fs::path(entry.path()).replace_extension());
    found.files.push_back(entry.path());
  }
}

Found old_records(const fs::path& folder) {
  Found found;
  for_each_record(folder / "sources", found, [&](const std::string& text, const fs::path& picture) {
    auto source = source_from(text);
    if (!source) return;
    source->bytes = size_of(picture);
    found.changes.push_back({RecordKind::source, source->id, to_text(*source)});
  });
  for_each_record(folder / "jobs", found, [&](const std::string& text, const fs::path& result) {
    auto job = job_from(text);
    if (!job) return;
    job->output_bytes = size_of(result);
    found.changes.push_back({RecordKind::job, job->id, to_text(*job)});
  });
  const fs::path ledger = folder / "charges.jsonl";
  std::ifstream lines(ledger);
  for (std::string line; std::getline(lines, line);)
    if (const auto charge = charge_from(line))
      found.changes.push_back({RecordKind::charge, charge->process_id, line});
  if (lines.is_open()) found.files.push_back(ledger);
  return found;
}

}  // namespace

Result<void> import_old_records(const fs::path& folder, Journal& journal) {
  const Found found = old_records(folder);
  if (!found.changes.empty())
    if (auto saved = journal.write_now(found.changes); !saved) return saved;
  std::error_code ignored;
  for (const auto& file : found.files) fs::remove(file, ignored);
  return {};
}

}  // namespace sharpen::server
