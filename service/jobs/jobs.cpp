#include "service/jobs/jobs.h"

#include <glib.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ranges>
#include <set>
#include <utility>

#include "base/glib_error.h"
#include "base/glib_source.h"

namespace sharpen::server {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t max_unfinished = 1000;

std::string new_uuid() { return OwnedChars(g_uuid_string_random()).get(); }

Checked<void> check_crop(const std::array<std::uint32_t, 4>& crop, const SourcePicture& source) {
  const auto [x, y, width, height] = crop;
  if (std::uint64_t{x} + width > source.width || std::uint64_t{y} + height > source.height)
    return refuse(400, "Invalid crop. It has to lie within the picture.");
  return {};
}

}  // namespace

Result<std::unique_ptr<Jobs>> Jobs::open(const Options& options, Clock clock) {
  auto store = JobStore::open(options.state);
  if (!store) return fail(std::move(store));
  auto account = Account::open(options.balance, store->ledger());
  if (!account) return fail(std::move(account));
  std::unique_ptr<Jobs> jobs(
      new Jobs(options, std::move(clock), *std::move(store), *std::move(account)));
  jobs->restore();
  return jobs;
}

Jobs::Jobs(const Options& options, Clock clock, JobStore store, Account account)
    : options_(options),
      clock_(std::move(clock)),
      store_(std::move(store)),
      account_(std::move(account)),
      sources_(store_),
      seconds_per_megapixel_(options.engine == EngineKind::identity ? 0.02 : 1.0),
      alive_(std::make_shared<bool>(true)),
      pool_(options.workers) {}

Jobs::~Jobs() {
  *alive_ = false;
  for (auto& active : active_ | std::views::values) active.ticket->stop.request_stop();
}

void Jobs::restore() {
  auto loaded = store_.load_jobs();
  std::ranges::sort(loaded, {}, &Job::sequence);
  for (Job& found : loaded) {
    Job& job = jobs_.emplace(found.id, std::move(found)).first->second;
    last_sequence_ = std::max(last_sequence_, job.sequence);
    if (job.ended()) continue;
    if (job.sync || !find_source(job.source_id)) {
      end(job, JobState::failed);  // nobody waits for it any more, or its picture is gone
      continue;
    }
    job.state = JobState::pending;
    if (account_.reserve(job.id, job.credits))
      start(job, {});
    else
      end(job, JobState::failed);
  }
  expire();
}

Checked<Job> Jobs::submit(const JobSpec& spec, const SourcePicture& source, OnEnd on_end) {
  if (spec.crop)
    if (auto checked = check_crop(*spec.crop, source); !checked)
      return std::unexpected(checked.error());
  if (active_.size() >= max_unfinished) return std::unexpected(error_answer(429));
  const std::int64_t now = clock_();
  Job job{.id = new_uuid(),
          .source_id = source.id,
          .filename = source.filename,
          .sequence = ++last_sequence_,
          .input_format = source.format,
          .input_width = source.width,
          .input_height = source.height,
          .model = spec.model->name,
          .generative = spec.model->generative,
          .output_format = spec.output_format,
          .output_width = spec.crop ? (*spec.crop)[2] : source.width,
          .output_height = spec.crop ? (*spec.crop)[3] : source.height,
          .settings = spec.settings,
          .crop = spec.crop,
          .fast = spec.fast,
          .sync = static_cast<bool>(on_end),
          .created = now,
          .modified = now,
          .options_json = {}};
  job.credits = credits_for(job.output_width, job.output_height, job.generative);
  if (!account_.reserve(job.id, job.credits)) return std::unexpected(error_answer(402));
  if (auto saved = store_.save(job); !saved) {
    account_.release(job.id);
    return refuse(500, saved.error().text());
  }
  sources_.mark_used(source.id);
  jobs_.emplace(job.id, job);
  start(job, std::move(on_end));
  return job;
}

void Jobs::start(const Job& job, OnEnd on_end) {
  auto ticket = std::make_shared<Ticket>();
  active_.emplace(job.id, Active{ticket, std::move(on_end)});
  const Behaviours& behaviours = options_.behaviours;
  WorkOrder order{.job = job,
                  .input = store_.source_picture(job.source_id),
                  .output = store_.partial_output(job.id),
                  .engine = options_.engine,
                  .pending = std::chrono::milliseconds(behaviours.number("pending_ms")),
                  .processing = std::chrono::milliseconds(behaviours.number("processing_ms")),
                  .to_8_bits = behaviours.is("output_bits", "8"),
                  .drop_icc = behaviours.is("icc", "drop"),
                  .fail = behaviours.is("fail_jobs", "yes")};
  // Runs on the main thread, where `alive` tells whether this object still is.
  const auto on_main = [alive = alive_](auto action) {
    post([alive, action = std::move(action)] {
      if (*alive) action();
    });
  };
  pool_.add(
      [this, order = std::move(order), ticket, on_main] {
        const std::string id = order.job.id;
        auto result = carry_out(order, *ticket, [&] { on_main([this, id] { on_started(id); }); });
        on_main([this, id, result = std::move(result)] { on_done(id, result); });
      },
      job.fast);
}

void Jobs::on_started(const std::string& id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || found->second.state != JobState::pending) return;
  found->second.state = JobState::processing;
  found->second.started = found->second.modified = clock_();
}

void Jobs::on_done(const std::string& id, const Result<std::string>& result) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || found->second.ended()) {
    std::error_code ignored;
    fs::remove(store_.partial_output(id), ignored);
    return;
  }
  Job& job = found->second;
  Result<void> completed;
  if (result) {
    job.options_json = *result;
    completed = complete(job);
  } else {
    completed = fail(result.error().kind, result.error().message, result.error().hint);
  }
  if (!completed) {
    job.options_json =
        JsonWriter().begin_object().member("error", completed.error().text()).end_object().text();
  }
  end(job, completed ? JobState::completed : JobState::failed);
}

Result<void> Jobs::complete(Job& job) {
  std::error_code error;
  fs::rename(store_.partial_output(job.id), store_.output_picture(job.id), error);
  if (error) return fail(ErrorKind::io, error.message());
  const double megapixels = double(job.output_width) * job.output_height / 1e6;
  if (megapixels >= 1 && job.started > 0) {
    const double measured = double(clock_() - job.started) / megapixels;
    seconds_per_megapixel_ = 0.7 * seconds_per_megapixel_ + 0.3 * std::clamp(measured, 0.01, 60.0);
  }
  return account_.charge({job.id, job.filename, job.credits, clock_()});
}

void Jobs::end(Job& job, JobState state) {
  job.state = state;
  job.modified = clock_();
  account_.release(job.id);
  if (auto saved = store_.save(job); !saved) g_warning("%s", saved.error().text().c_str());
  auto active = active_.extract(job.id);
  if (active && active.mapped().on_end) active.mapped().on_end(job);
}

const Job* Jobs::find(const std::string& id) const {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &found->second;
}

std::vector<const Job*> Jobs::list() const {
  std::vector<const Job*> all;
  for (const Job& job : jobs_ | std::views::values) all.push_back(&job);
  std::ranges::sort(all, std::ranges::greater(), &Job::sequence);
  return all;
}

double Jobs::progress(const Job& job) const {
  if (job.state == JobState::completed) return 1;
  const auto active = active_.find(job.id);
  if (active == active_.end() || job.state != JobState::processing) return 0;
  return std::clamp(active->second.ticket->progress.load(), 0.0, 0.99);
}

std::int64_t Jobs::eta(const Job& job) const {
  if (job.ended()) return job.modified;
  const std::int64_t now = clock_();
  const double expected = duration(job.output_width, job.output_height);
  const double done = progress(job);
  const double left = done > 0.05 ? double(now - job.started) * (1 - done) / done : expected;
  return now + static_cast<std::int64_t>(std::ceil(left));
}

fs::path Jobs::picture(const Job& job) const { return store_.output_picture(job.id); }
fs::path Jobs::picture(const SourcePicture& source) const {
  return store_.source_picture(source.id);
}

double Jobs::duration(std::uint64_t width, std::uint64_t height) const {
  return 0.1 + seconds_per_megapixel_ * double(width) * double(height) / 1e6;
}

bool Jobs::cancel(const std::string& id) {
  const auto found = jobs_.find(id);
  const auto active = active_.find(id);
  if (found == jobs_.end() || active == active_.end()) return false;
  if (found->second.state == JobState::processing &&
      options_.behaviours.is("cancel_processing", "409"))
    return false;
  active->second.ticket->stop.request_stop();
  end(found->second, JobState::cancelled);
  return true;
}

bool Jobs::remove(const std::string& id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || !found->second.ended()) return false;
  const std::string source_id = found->second.source_id;
  store_.remove(found->second);
  jobs_.erase(found);
  const auto uses_it = [&](const Job& job) { return job.source_id == source_id; };
  if (std::ranges::none_of(jobs_ | std::views::values, uses_it))
    sources_.mark_orphaned(source_id, clock_());
  return true;
}

int Jobs::remove_all() {
  std::vector<std::string> ended;
  for (const auto& [id, job] : jobs_)
    if (job.ended()) ended.push_back(id);
  for (const std::string& id : ended) remove(id);
  return static_cast<int>(ended.size());
}

void Jobs::expire() {
  const std::int64_t now = clock_();
  if (std::exchange(last_expiry_, now) == now) return;
  const std::int64_t keep = options_.behaviours.number("keep_seconds");
  std::vector<std::string> old;
  std::set<std::string> needed;
  for (const auto& [id, job] : jobs_) {
    if (!job.ended())
      needed.insert(job.source_id);
    else if (now - job.modified >= keep)
      old.push_back(id);
  }
  for (const std::string& id : old) remove(id);
  sources_.expire(now, keep, options_.behaviours.number("orphan_seconds"), needed);
  const auto forgotten = account_.forget([&](const Charge& charge) {
    return now - charge.time >= keep && !jobs_.contains(charge.process_id);
  });
  if (!forgotten) g_warning("%s", forgotten.error().text().c_str());
}

}  // namespace sharpen::server
