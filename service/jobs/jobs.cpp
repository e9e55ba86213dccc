#include "service/jobs/jobs.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <fstream>
#include <ranges>
#include <span>
#include <utility>

#include "base/glib_error.h"
#include "service/store/local_store.h"
#include "service/store/redis_store.h"

namespace sharpen::server {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t open_ended_balance = 1'000'000;
constexpr std::int64_t expiry_interval = 60;
constexpr unsigned watch_ms = 100, tidy_ms = 30'000;
constexpr std::chrono::seconds unused_time(90);  ///< after which a preview's picture is forgotten

std::string new_uuid() { return OwnedChars(g_uuid_string_random()).get(); }

Checked<void> check_crop(const std::array<std::uint32_t, 4>& crop, const SourcePicture& source) {
  const auto [x, y, width, height] = crop;
  if (std::uint64_t{x} + width > source.width || std::uint64_t{y} + height > source.height)
    return refuse(400, "Invalid crop. It has to lie within the picture.");
  return {};
}

Answer ending() { return busy_answer(503, 10, "The service is being ended. Try again later."); }

std::optional<FileFormat> format_of(const fs::path& file) {
  std::array<char, 12> first = {};
  std::ifstream stream(file, std::ios::binary);
  stream.read(first.data(), first.size());
  return sniff(std::as_bytes(std::span(first).first(static_cast<std::size_t>(stream.gcount()))));
}

std::int64_t size_of(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

Result<std::unique_ptr<JobStore>> open_store(const Options& options, const Clock& clock) {
  const bool has_account = options.balance.has_value();
  if (!options.queue.empty())
    return open_redis_store({.url = options.queue,
                             .password = options.queue_password,
                             .folder = options.store,
                             .visibility = options.visibility_timeout,
                             .has_account = has_account,
                             .clock = clock});
  auto store = LocalStore::open(options.state, has_account, clock());
  if (!store) return fail(std::move(store));
  return *std::move(store);
}

}  // namespace

Result<std::unique_ptr<Jobs>> Jobs::open(const Options& options, Clock clock, EventLog& log) {
  auto store = open_store(options, clock);
  if (!store) return fail(std::move(store));
  std::unique_ptr<Jobs> jobs(new Jobs(options, std::move(clock), log, *std::move(store)));
  jobs->expire();
  jobs->pump();
  return jobs;
}

Jobs::Jobs(const Options& options, Clock clock, EventLog& log, std::unique_ptr<JobStore> store)
    : options_(options),
      clock_(std::move(clock)),
      log_(log),
      store_(std::move(store)),
      admission_(options, *store_),
      seconds_per_megapixel_(options.engine == EngineKind::identity ? 0.02 : 1.0),
      alive_(std::make_shared<bool>(true)),
      pool_(options.workers) {
  tidying_ = EventSource::timeout(tidy_ms, [this] {
    recent_->forget_unused(engine::Recent::Clock::now() - unused_time);
    return true;
  });
  if (store_->shared())
    watch_ = EventSource::timeout(watch_ms, [this] {
      look_around();
      return true;
    });
}

Jobs::~Jobs() {
  *alive_ = false;
  for (const auto& [id, ticket] : active_) {
    ticket->stop.request_stop();
    store_->give_back(id);
  }
}

Checked<std::shared_ptr<Place>> Jobs::enter(const std::string& owner,
                                            std::optional<std::uint64_t> bytes) {
  // One worker is done after about so long with a picture of 4 megapixels.
  const auto seconds =
      static_cast<std::int64_t>(std::clamp(duration(2000, 2000) / options_.workers, 1.0, 60.0));
  auto place = admission_.enter(owner, bytes, seconds);
  if (place && stopping_) place = std::unexpected(ending());
  if (place) return place;
  ++counters_.refused;
  log_.write_seldom("refused", {{"key", owner}, {"status", std::to_string(place.error().status)}});
  return place;
}

Checked<SourcePicture> Jobs::admit(SpoolFile picture, const std::string& filename,
                                   const std::string& owner) const {
  SourcePicture source{.id = new_uuid(),
                       .filename = filename,
                       .owner = owner,
                       .bytes = size_of(picture.path()),
                       .created = clock_()};
  const auto reader = open_picture(picture.path());
  if (!reader) {
    const Error& error = reader.error();
    if (error.kind == ErrorKind::too_large) return refuse(413, error.text());
    if (error.kind == ErrorKind::bad_picture) return std::unexpected(error_answer(415));
    return refuse(500, error.text());
  }
  source.width = (*reader)->info().width;
  source.height = (*reader)->info().height;
  const auto format = format_of(picture.path());
  if (!format) return std::unexpected(error_answer(415));
  source.format = *format;
  if (source.filename.empty()) source.filename = "image." + std::string(name_of(*format));

  std::error_code error;
  fs::rename(picture.path(), pictures().source(source.id), error);
  if (error) return refuse(500, error.message());
  (void)picture.keep();
  return source;
}

void Jobs::discard(const SourcePicture& source) {
  const auto known = store_->find_source(source.id);
  if (!known && known.error().status == 404) pictures().remove_source(source.id);
}

Checked<JobStore::SourceRef> Jobs::find_source(const std::string& id,
                                               const std::string& owner) const {
  auto source = store_->find_source(id);
  if (source && (*source)->owner != owner) return std::unexpected(unknown_source());
  return source;
}

Checked<Job> Jobs::new_job(const JobSpec& spec, const SourcePicture& source) const {
  if (spec.crop)
    if (auto checked = check_crop(*spec.crop, source); !checked)
      return std::unexpected(checked.error());
  const std::int64_t now = clock_();
  Job job{.id = new_uuid(),
          .source_id = source.id,
          .filename = source.filename,
          .owner = source.owner,
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
          .created = now,
          .modified = now,
          .options_json = {}};
  job.credits = credits_for(job.output_width, job.output_height, job.generative);
  if (options_.balance) {
    const auto left = balance();
    if (!left) return std::unexpected(left.error());
    if (job.credits > left->available()) return std::unexpected(error_answer(402));
  }
  return job;
}

void Jobs::submit(const JobSpec& spec, const SourcePicture& source, const OnSubmitted& on_submitted,
                  OnEnd on_end) {
  auto job = new_job(spec, source);
  if (!job) return on_submitted(job);
  job->sync = static_cast<bool>(on_end);
  if (on_end) waiting_.emplace(job->id, std::move(on_end));
  store_->submit(*job, source,
                 [this, alive = alive_, job = *job, on_submitted](const Checked<void>& saved) {
                   if (!*alive) return;
                   if (!saved) {
                     waiting_.erase(job.id);
                     return on_submitted(std::unexpected(saved.error()));
                   }
                   ++counters_.submitted;
                   log_.write("submitted", {{"job", job.id}, {"key", job.owner}});
                   on_submitted(job);
                   pump();
                 });
}

void Jobs::pump() {
  while (!stopping_ && occupied_ < options_.workers) {
    const JobRef job = store_->claim();
    // One that was lost to another process and came back, while its worker still has to notice.
    if (!job || active_.contains(job->id)) return;
    begin(*job);
  }
}

void Jobs::begin(const Job& job) {
  auto ticket = std::make_shared<Ticket>();
  active_.emplace(job.id, ticket);
  ++occupied_;
  const Behaviours& behaviours = options_.behaviours;
  WorkOrder order{.job = job,
                  .input = pictures().source(job.source_id),
                  .output = pictures().partial_output(job.id),
                  .recent = recent_,
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
  pool_.add([this, order = std::move(order), ticket, on_main] {
    const std::string id = order.job.id;
    auto result =
        carry_out(order, *ticket, [&] { on_main([this, id] { store_->start(id, clock_()); }); });
    on_main([this, id, result = std::move(result)] { on_done(id, result); });
  });
}

void Jobs::on_done(const std::string& id, const Result<std::string>& result) {
  --occupied_;
  const auto ticket = active_.extract(id);
  const auto found = store_->find(id);
  if (ticket.mapped()->stop.stop_requested()) {
    store_->give_back(id);  // unless another process has it
  } else if (found && !(*found)->ended()) {
    Job job = **found;
    Result<void> completed;
    if (result) {
      job.options_json = *result;
      completed = complete(job);
    } else {
      completed = fail(result.error().kind, result.error().message, result.error().hint);
    }
    if (!completed) job.options_json = error_json(completed.error().text());
    const auto ended = end(job, completed ? JobState::completed : JobState::failed);
    if (ended && !*ended) remove_unwanted_output(id);
  }
  std::error_code ignored;
  fs::remove(pictures().partial_output(id), ignored);
  pump();
}

void Jobs::remove_unwanted_output(const std::string& id) {
  const auto job = store_->find(id);
  const bool unwanted = job ? (*job)->state != JobState::completed : job.error().status == 404;
  if (unwanted) pictures().remove_output(id);
}

Result<void> Jobs::complete(Job& job) {
  std::error_code error;
  job.output_bytes = size_of(pictures().partial_output(job.id));
  fs::rename(pictures().partial_output(job.id), pictures().output(job.id), error);
  if (error) return fail(ErrorKind::io, error.message());
  const double megapixels = double(job.output_width) * job.output_height / 1e6;
  if (megapixels >= 1 && job.started > 0) {
    const double measured = double(clock_() - job.started) / megapixels;
    seconds_per_megapixel_ = 0.7 * seconds_per_megapixel_ + 0.3 * std::clamp(measured, 0.01, 60.0);
  }
  return {};
}

Checked<bool> Jobs::end(Job job, JobState state) {
  job.state = state;
  job.modified = clock_();
  const auto ended = store_->end(job);
  if (!ended || !*ended) return ended;
  ++(state == JobState::completed   ? counters_.completed
     : state == JobState::cancelled ? counters_.cancelled
                                    : counters_.failed);
  log_.write("ended", {{"job", job.id}, {"key", job.owner}, {"state", word_of(state)}});
  tell(job.id, job);
  return true;
}

void Jobs::tell(const std::string& id, const Checked<Job>& what) {
  if (auto waiting = waiting_.extract(id)) waiting.mapped()(what);
}

std::size_t Jobs::turn_away() {
  const auto waiting = std::exchange(waiting_, {});
  for (const auto& [id, on_end] : waiting) {
    if (const auto active = active_.find(id); active != active_.end())
      active->second->stop.request_stop();
    auto job = store_->find(id);
    // Another process may complete it first.
    if (job && !(*job)->ended() && !end(**job, JobState::cancelled).value_or(false))
      job = store_->find(id);
    const bool completed = job && (*job)->state == JobState::completed;
    on_end(completed ? Checked<Job>(**job) : std::unexpected(ending()));
  }
  return waiting.size();
}

Checked<void> Jobs::check() const {
  if (stopping_) return std::unexpected(ending());
  return store_->check();
}

void Jobs::look_around() {
  for (const auto& [id, ticket] : active_)
    if (!store_->keep(id, ticket->progress)) ticket->stop.request_stop();
  const auto awaited = waiting_ | std::views::keys | std::ranges::to<std::vector>();
  for (const std::string& id : awaited) {
    const auto job = store_->find(id);
    if (job ? (*job)->ended() : job.error().status == 404)
      tell(id, job ? Checked<Job>(**job) : std::unexpected(job.error()));
  }
  pump();
}

Checked<Jobs::JobRef> Jobs::find(const std::string& id, const std::string& owner) const {
  auto job = store_->find(id);
  if (job && (*job)->owner != owner) return std::unexpected(unknown_job());
  return job;
}

Checked<std::vector<Jobs::JobRef>> Jobs::list(const std::string& owner) const {
  return store_->list(owner);
}

double Jobs::progress(const Job& job) const {
  if (job.state == JobState::completed) return 1;
  if (job.state != JobState::processing) return 0;
  const auto active = active_.find(job.id);
  return std::clamp(active == active_.end() ? job.progress : active->second->progress.load(), 0.0,
                    0.99);
}

std::int64_t Jobs::eta(const Job& job) const {
  if (job.ended()) return job.modified;
  const std::int64_t now = clock_();
  const double expected = duration(job.output_width, job.output_height);
  const double done = progress(job);
  const double left = done > 0.05 ? double(now - job.started) * (1 - done) / done : expected;
  return now + static_cast<std::int64_t>(std::ceil(left));
}

double Jobs::duration(std::uint64_t width, std::uint64_t height) const {
  return 0.1 + seconds_per_megapixel_ * double(width) * double(height) / 1e6;
}

Checked<bool> Jobs::cancel(const std::string& id, const std::string& owner) {
  const auto job = find(id, owner);
  if (!job) return std::unexpected(job.error());
  if ((*job)->ended()) return false;
  if ((*job)->state == JobState::processing && options_.behaviours.is("cancel_processing", "409"))
    return false;
  if (auto ended = end(**job, JobState::cancelled); !ended || !*ended) return ended;
  if (const auto active = active_.find(id); active != active_.end())
    active->second->stop.request_stop();
  return true;
}

Checked<bool> Jobs::remove(const std::string& id, const std::string& owner) {
  const auto job = find(id, owner);
  if (!job) return std::unexpected(job.error());
  if (!(*job)->ended()) return false;
  return store_->remove(**job, clock_()).transform([] { return true; });
}

Checked<int> Jobs::remove_all(const std::string& owner) {
  const auto jobs = list(owner);
  if (!jobs) return std::unexpected(jobs.error());
  int removed = 0;
  for (const JobRef& job : *jobs) {
    if (!job->ended()) continue;
    if (auto gone = store_->remove(*job, clock_()); !gone) return std::unexpected(gone.error());
    ++removed;
  }
  return removed;
}

void Jobs::expire() {
  const std::int64_t now = clock_();
  const std::int64_t keep = options_.behaviours.number("keep_seconds");
  const std::int64_t keep_orphan = options_.behaviours.number("orphan_seconds");
  if (std::abs(now - last_expiry_) < std::min({expiry_interval, keep, keep_orphan})) return;
  last_expiry_ = now;
  store_->expire(now, keep, keep_orphan);
}

bool Jobs::busy() const {
  const auto usage = store_->usage_of_all();
  return !active_.empty() || !waiting_.empty() ||
         (!store_->shared() && usage && usage->unfinished > 0);
}

Checked<Jobs::Balance> Jobs::balance() const {
  if (!options_.balance) return Balance{open_ended_balance, 0};
  const auto credits = store_->credits();
  if (!credits) return std::unexpected(credits.error());
  return Balance{*options_.balance - credits->charged, credits->reserved};
}

}  // namespace sharpen::server
