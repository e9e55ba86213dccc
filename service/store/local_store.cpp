#include "service/store/local_store.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <charconv>
#include <format>
#include <ranges>
#include <utility>

#include "service/http/secrets.h"
#include "service/store/old_records.h"
#include "service/store/records.h"

namespace sharpen::server {
namespace {

constexpr const char* forgotten_credits_id = "forgotten_credits";

Change put(const Job& job) { return {RecordKind::job, job.id, to_text(job)}; }
Change put(const SourcePicture& source) { return {RecordKind::source, source.id, to_text(source)}; }

Result<UniqueFd> lock_folder(const std::filesystem::path& folder) {
  UniqueFd lock(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorKind::conflict,
                std::format("Another sharpen-service works in {}.", folder.string()),
                "End it, or choose another folder with --state.");
  return lock;
}

}  // namespace

Result<std::unique_ptr<LocalStore>> LocalStore::open(const std::filesystem::path& folder,
                                                     bool has_account, std::int64_t now) {
  auto pictures = PictureFolder::open(folder);
  if (!pictures) return fail(std::move(pictures));
  auto lock = lock_folder(folder);
  if (!lock) return fail(std::move(lock));
  auto journal = Journal::open(folder / "jobs.sqlite");
  if (!journal) return fail(std::move(journal));
  if (auto imported = import_old_records(folder, **journal); !imported)
    return fail(std::move(imported));
  std::unique_ptr<LocalStore> store(
      new LocalStore(*std::move(pictures), *std::move(lock), has_account, *std::move(journal)));
  if (auto restored = store->restore(now); !restored) return fail(std::move(restored));
  return store;
}

LocalStore::LocalStore(PictureFolder pictures, UniqueFd lock, bool has_account,
                       std::unique_ptr<Journal> journal)
    : pictures_(std::move(pictures)),
      lock_(std::move(lock)),
      has_account_(has_account),
      link_secret_(random_bytes(32)),
      journal_(std::move(journal)) {}

Result<void> LocalStore::restore(std::int64_t now) {
  const auto sources = journal_->load(RecordKind::source);
  if (!sources) return std::unexpected(sources.error());
  const auto jobs = journal_->load(RecordKind::job);
  if (!jobs) return std::unexpected(jobs.error());
  const auto charges = journal_->load(RecordKind::charge);
  if (!charges) return std::unexpected(charges.error());
  const auto totals = journal_->load(RecordKind::total);
  if (!totals) return std::unexpected(totals.error());

  for (const std::string& text : *totals)
    std::from_chars(text.data(), text.data() + text.size(), forgotten_credits_);
  credits_.charged = forgotten_credits_;
  for (const std::string& text : *charges)
    if (auto charge = charge_from(text)) {
      credits_.charged += charge->credits;
      std::string id = charge->process_id;
      charges_.emplace(std::move(id), *std::move(charge));
    }
  for (const std::string& text : *sources)
    if (const auto source = source_from(text)) add(*source);
  std::vector<Job> found;
  for (const std::string& text : *jobs)
    if (auto job = job_from(text)) found.push_back(*std::move(job));
  std::ranges::sort(found, {}, &Job::sequence);
  for (Job& job : found) take_up(std::move(job), now);
  pictures_.sweep([this](const std::string& id) { return sources_.contains(id); },
                  [this](const std::string& id) { return jobs_.contains(id); });
  return {};
}

void LocalStore::take_up(Job found, std::int64_t now) {
  const auto job = add(std::move(found));
  if (job->ended()) return;
  std::string why;
  if (job->sync)
    why = "The service was ended, and so was the connection that waited for this job.";
  else if (!sources_.contains(job->source_id))
    why = "The picture is gone.";
  else if (job->attempts >= max_attempts)
    why = tried_too_often;
  if (why.empty()) {
    job->state = JobState::pending;
    queue_.push(job->owner, job->id, job->fast);
    return;
  }
  (void)end(failed(*job, why, now));
}

Checked<JobStore::JobRef> LocalStore::find(const std::string& id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return std::unexpected(unknown_job());
  return found->second;
}

Checked<JobStore::SourceRef> LocalStore::find_source(const std::string& id) {
  const auto found = sources_.find(id);
  if (found == sources_.end()) return std::unexpected(unknown_source());
  return found->second.picture;
}

Checked<std::vector<JobStore::JobRef>> LocalStore::list(const std::string& owner) {
  std::vector<JobRef> jobs;
  for (const auto& job : by_sequence_ | std::views::values | std::views::reverse)
    if (job->owner == owner) jobs.push_back(job);
  return jobs;
}

Checked<Usage> LocalStore::usage(const std::string& owner) {
  const auto found = usage_.find(owner);
  return found == usage_.end() ? Usage() : found->second;
}

Checked<std::vector<Charge>> LocalStore::charges() {
  auto all = charges_ | std::views::values | std::ranges::to<std::vector>();
  std::ranges::stable_sort(all, {}, &Charge::time);
  return all;
}

std::shared_ptr<Job> LocalStore::add(Job job) {
  const auto added = std::make_shared<Job>(std::move(job));
  jobs_.emplace(added->id, added);
  by_sequence_.emplace(added->sequence, added);
  if (const auto source = sources_.find(added->source_id); source != sources_.end())
    ++source->second.jobs;
  if (!added->ended()) credits_.reserved += added->credits;
  count(added->owner, !added->ended(), added->output_bytes);
  return added;
}

void LocalStore::add(const SourcePicture& source) {
  if (sources_.try_emplace(source.id, std::make_shared<SourcePicture>(source)).second)
    count(source.owner, 0, source.bytes);
}

void LocalStore::forget(const Job& job) {
  if (!job.ended()) credits_.reserved -= job.credits;
  count(job.owner, -int{!job.ended()}, -job.output_bytes);
  if (const auto source = sources_.find(job.source_id); source != sources_.end())
    --source->second.jobs;
  by_sequence_.erase(job.sequence);
  jobs_.erase(std::string(job.id));
}

void LocalStore::forget(const SourcePicture& source) {
  count(source.owner, 0, -source.bytes);
  pictures_.remove_source(source.id);
  sources_.erase(std::string(source.id));
}

void LocalStore::count(const std::string& owner, std::int64_t unfinished, std::int64_t bytes) {
  for (Usage* usage : {&usage_[owner], &all_}) {
    usage->unfinished += unfinished;
    usage->bytes += bytes;
  }
}

void LocalStore::submit(Job job, const SourcePicture& source, OnSaved on_saved) {
  job.sequence = by_sequence_.empty() ? 1 : by_sequence_.rbegin()->first + 1;
  const bool is_new = !sources_.contains(source.id);
  add(source);
  SourcePicture& picture = *sources_.at(source.id).picture;
  picture.orphaned = 0;
  std::vector<Change> changes = {put(job), put(picture)};
  const std::string id = job.id, source_id = source.id;
  add(std::move(job));
  journal_->write(std::move(changes), [this, alive = alive_, id, source_id, is_new,
                                       on_saved = std::move(on_saved)](const auto& saved) {
    if (!*alive) return;
    // Whoever saw it in the list may have cancelled and removed it meanwhile.
    const auto found = jobs_.find(id);
    const auto kept = found == jobs_.end() ? nullptr : found->second;
    if (saved) {
      if (kept) queue_.push(kept->owner, id, kept->fast);
      return on_saved({});
    }
    if (kept) forget(*kept);
    if (const auto source = sources_.find(source_id);
        is_new && source != sources_.end() && source->second.jobs == 0)
      forget(*std::shared_ptr(source->second.picture));
    on_saved(std::unexpected(disk_full_answer(saved.error().text())));
  });
}

JobStore::JobRef LocalStore::claim() {
  while (const auto id = queue_.pop())
    if (const auto found = jobs_.find(*id); found != jobs_.end() && !found->second->ended())
      return found->second;
  return nullptr;
}

void LocalStore::start(const std::string& id, std::int64_t now) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || found->second->state != JobState::pending) return;
  Job& job = *found->second;
  job.state = JobState::processing;
  job.started = job.modified = now;
  ++job.attempts;
  journal_->write({put(job)});
}

void LocalStore::give_back(const std::string& id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || found->second->ended()) return;
  Job& job = *found->second;
  if (std::exchange(job.state, JobState::pending) == JobState::processing) --job.attempts;
  queue_.push(job.owner, id, job.fast);
  journal_->write({put(job)});
}

Checked<bool> LocalStore::end(const Job& ended) {
  const auto found = jobs_.find(ended.id);
  if (found == jobs_.end() || found->second->ended()) return false;
  Job& job = *found->second;
  credits_.reserved -= job.credits;
  count(job.owner, -1, ended.output_bytes - job.output_bytes);
  job = ended;
  std::vector<Change> changes = {put(job)};
  if (job.state == JobState::completed && has_account_) charge(job, changes);
  journal_->write(std::move(changes));
  return true;
}

void LocalStore::charge(const Job& job, std::vector<Change>& changes) {
  const Charge charge = charge_for(job);
  if (!charges_.try_emplace(job.id, charge).second) return;
  credits_.charged += charge.credits;
  changes.push_back({RecordKind::charge, job.id, to_text(charge)});
}

Checked<void> LocalStore::check() {
  if (journal_->behind())
    return std::unexpected(disk_full_answer("The disk of this service cannot be written."));
  return {};
}

Checked<void> LocalStore::remove(const Job& job, std::int64_t now) {
  const auto found = jobs_.find(job.id);
  if (found == jobs_.end()) return {};
  const auto kept = found->second;
  std::vector<Change> changes = {{RecordKind::job, kept->id, {}}};
  pictures_.remove_output(kept->id);
  forget(*kept);
  if (const auto source = sources_.find(kept->source_id);
      source != sources_.end() && source->second.jobs == 0)
    set_orphaned(*source->second.picture, now, changes);
  journal_->write(std::move(changes));
  return {};
}

void LocalStore::set_orphaned(SourcePicture& source, std::int64_t since,
                              std::vector<Change>& changes) {
  if (source.orphaned == since) return;
  source.orphaned = since;
  changes.push_back(put(source));
}

void LocalStore::expire(std::int64_t now, std::int64_t keep, std::int64_t keep_orphan) {
  std::vector<std::shared_ptr<Job>> old;
  std::vector<std::string> needed;
  for (const auto& job : jobs_ | std::views::values) {
    if (!job->ended())
      needed.push_back(job->source_id);
    else if (now - job->modified >= keep)
      old.push_back(job);
  }
  for (const auto& job : old) (void)remove(*job, now);

  std::vector<Change> changes;
  std::ranges::sort(needed);
  std::vector<std::shared_ptr<SourcePicture>> over;
  for (const auto& [id, source] : sources_) {
    const SourcePicture& picture = *source.picture;
    const bool too_old = now - picture.created >= keep;
    const bool orphan = picture.orphaned > 0 && now - picture.orphaned >= keep_orphan;
    if ((too_old || orphan) && !std::ranges::binary_search(needed, id))
      over.push_back(source.picture);
  }
  for (const auto& picture : over) {
    forget(*picture);
    changes.push_back({RecordKind::source, picture->id, {}});
  }
  const auto forgotten = std::erase_if(charges_, [&](const auto& entry) {
    const Charge& charge = entry.second;
    if (now - charge.time < keep || jobs_.contains(charge.process_id)) return false;
    forgotten_credits_ += charge.credits;
    changes.push_back({RecordKind::charge, charge.process_id, {}});
    return true;
  });
  if (forgotten > 0)
    changes.push_back(
        {RecordKind::total, forgotten_credits_id, std::to_string(forgotten_credits_)});
  if (!changes.empty()) journal_->write(std::move(changes));
}

}  // namespace sharpen::server
