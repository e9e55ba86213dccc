#include "service/store/redis_store.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <format>
#include <iterator>
#include <utility>

#include "base/glib_error.h"
#include "service/http/secrets.h"
#include "service/store/records.h"
#include "service/store/redis.h"
#include "service/store/redis_script.h"

namespace sharpen::server {
namespace {

constexpr std::int64_t queue_pause = 5;  ///< seconds
constexpr std::int64_t day = 24 * 3600;

class RedisStore final : public JobStore {
 public:
  RedisStore(RedisStoreSettings settings, RedisAddress address, PictureFolder pictures)
      : settings_(std::move(settings)),
        pictures_(std::move(pictures)),
        where_(std::format("{}:{}", address.host, address.port)),
        redis_(std::move(address)),
        consumer_(OwnedChars(g_uuid_string_random()).get()),
        visibility_ms_(std::to_string(settings_.visibility * 1000)) {}

  /// Errors: io.
  Result<void> open();

  [[nodiscard]] Checked<JobRef> find(const std::string& id) override;
  [[nodiscard]] Checked<SourceRef> find_source(const std::string& id) override;
  [[nodiscard]] Checked<std::vector<JobRef>> list(const std::string& owner) override;
  [[nodiscard]] Checked<Usage> usage(const std::string& owner) override {
    return usage_in("sharpen:usage:" + owner);
  }
  [[nodiscard]] Checked<Usage> usage_of_all() override { return usage_in("sharpen:usage"); }
  [[nodiscard]] Checked<Credits> credits() override;
  [[nodiscard]] Checked<std::vector<Charge>> charges() override;
  void submit(Job job, const SourcePicture& source, OnSaved on_saved) override;
  [[nodiscard]] JobRef claim() override;
  void start(const std::string& id, std::int64_t now) override;
  void give_back(const std::string& id) override;
  [[nodiscard]] bool keep(const std::string& id, double progress) override;
  [[nodiscard]] Checked<bool> end(const Job& ended) override;
  [[nodiscard]] Checked<void> remove(const Job& job, std::int64_t now) override;
  void expire(std::int64_t now, std::int64_t keep, std::int64_t keep_orphan) override;
  [[nodiscard]] Checked<void> check() override;
  [[nodiscard]] bool shared() const override { return true; }
  [[nodiscard]] std::string link_secret() const override { return secret_; }
  [[nodiscard]] const PictureFolder& pictures() const override { return pictures_; }

 private:
  using Words = std::vector<std::string>;
  /// Refusals: 503 while Redis cannot be reached, or refuses.
  Checked<RedisReply> run(const Words& words);
  /// Runs an operation of the script.
  Checked<RedisReply> call(const char* operation, Words arguments);
  Checked<Usage> usage_in(const std::string& key);
  JobRef job_from_reply(const RedisReply& reply) const;
  /// Removes jobs whose submit was refused although Redis may have taken it.
  void withdraw_refused();
  /// Removes one of them unless it was completed. Refusals: 503, then it has to be tried again.
  Checked<void> withdraw(const std::string& id);
  void sweep(std::int64_t keep);

  RedisStoreSettings settings_;
  PictureFolder pictures_;
  std::string where_;  ///< without what may be secret in its address
  Redis redis_;
  std::string consumer_, visibility_ms_, secret_;
  std::vector<std::string> refused_;  ///< jobs, for withdraw_refused()
  std::int64_t next_sweep_ = 0;
  bool reached_ = true;  ///< by the last command
};

/// What the script needs: the oldest Redis that has XPENDING with IDLE. (Valkey says which it is
/// like.)
constexpr std::pair oldest{6, 2};

std::pair<int, int> version_from(std::string_view info) {
  constexpr std::string_view name = "redis_version:";
  std::pair version = oldest;
  const auto at = info.find(name);
  if (at == std::string_view::npos) return version;
  const char* end = info.data() + info.size();
  const auto major = std::from_chars(info.data() + at + name.size(), end, version.first);
  if (major.ptr != end) std::from_chars(major.ptr + 1, end, version.second);
  return version;
}

Result<void> RedisStore::open() {
  if (const auto info = redis_.run({"INFO", "server"}); info && info->text)
    if (const auto [major, minor] = version_from(*info->text); std::pair(major, minor) < oldest)
      return fail(
          ErrorKind::bad_argument,
          std::format("Redis at {} has version {}.{}, which is too old.", where_, major, minor),
          "It has to be Redis 6.2 or later, or Valkey.");
  const auto appends = redis_.run({"CONFIG", "GET", "appendonly"});
  if (appends && appends->list.size() == 2 && appends->list[1].text == "no")
    g_warning(
        "Redis keeps nothing on its disk, so its end loses jobs. Start it with "
        "--appendonly yes.");
  auto secret = redis_.run({"SET", "sharpen:secret", hmac(random_bytes(32), ""), "NX"});
  if (secret) secret = redis_.run({"GET", "sharpen:secret"});
  if (!secret || !secret->text)
    return fail(ErrorKind::io,
                std::format("Redis at {} cannot be used: {}", where_,
                            secret ? "it keeps nothing" : secret.error().message),
                "Start Redis or Valkey there, or correct --queue.");
  secret_ = *secret->text;
  return {};
}

Checked<RedisReply> RedisStore::run(const Words& words) {
  auto reply = redis_.run(words);
  if (std::exchange(reached_, reply.has_value()) && !reply)
    g_warning("Redis: %s", reply.error().message.c_str());
  if (reply) return *std::move(reply);
  return std::unexpected(busy_answer(
      503, queue_pause, "The queue of this service cannot be used now. Try again later."));
}

Checked<RedisReply> RedisStore::call(const char* operation, Words arguments) {
  Words words = {"EVAL", redis_script, "0", operation};
  std::ranges::move(arguments, std::back_inserter(words));
  return run(words);
}

JobStore::JobRef RedisStore::job_from_reply(const RedisReply& reply) const {
  if (reply.list.size() != 3 || !reply.list[0].text) return nullptr;
  auto job = job_from(*reply.list[0].text);
  if (!job) return nullptr;
  job->sequence = reply.list[1].number();
  job->progress = number_from(reply.list[2].text.value_or("")).value_or(0);
  return std::make_shared<Job>(*std::move(job));
}

Checked<JobStore::JobRef> RedisStore::find(const std::string& id) {
  const auto reply = run({"HMGET", "sharpen:job:" + id, "record", "sequence", "progress"});
  if (!reply) return std::unexpected(reply.error());
  if (auto job = job_from_reply(*reply)) return job;
  return std::unexpected(unknown_job());
}

Checked<JobStore::SourceRef> RedisStore::find_source(const std::string& id) {
  const auto reply = run({"HGET", "sharpen:source:" + id, "record"});
  if (!reply) return std::unexpected(reply.error());
  auto source = source_from(reply->text.value_or(""));
  if (!source) return std::unexpected(unknown_source());
  return std::make_shared<SourcePicture>(*std::move(source));
}

Checked<std::vector<JobStore::JobRef>> RedisStore::list(const std::string& owner) {
  const auto reply = call("list", {owner});
  if (!reply) return std::unexpected(reply.error());
  std::vector<JobRef> jobs;
  for (const RedisReply& each : reply->list)
    if (auto job = job_from_reply(each)) jobs.push_back(std::move(job));
  return jobs;
}

Checked<Usage> RedisStore::usage_in(const std::string& key) {
  const auto reply = run({"HMGET", key, "unfinished", "bytes"});
  if (!reply) return std::unexpected(reply.error());
  return Usage{reply->list.at(0).number(), reply->list.at(1).number()};
}

Checked<Credits> RedisStore::credits() {
  const auto reply = run({"HMGET", "sharpen:usage", "charged", "reserved"});
  if (!reply) return std::unexpected(reply.error());
  return Credits{reply->list.at(0).number(), reply->list.at(1).number()};
}

Checked<std::vector<Charge>> RedisStore::charges() {
  const auto reply = run({"ZRANGE", "sharpen:charges", "0", "-1"});
  if (!reply) return std::unexpected(reply.error());
  std::vector<Charge> charges;
  for (const RedisReply& each : reply->list)
    if (auto charge = charge_from(each.text.value_or(""))) charges.push_back(*std::move(charge));
  return charges;
}

void RedisStore::submit(Job job, const SourcePicture& source, OnSaved on_saved) {
  const auto saved = call("submit", {job.id, to_text(job), job.owner, job.fast ? "fast" : "normal",
                                     std::to_string(job.credits), source.id, to_text(source),
                                     std::to_string(source.bytes), std::to_string(source.created)});
  if (saved) return on_saved({});
  refused_.push_back(job.id);
  on_saved(std::unexpected(saved.error()));
}

void RedisStore::withdraw_refused() {
  for (const std::string& id : std::exchange(refused_, {}))
    if (!withdraw(id)) refused_.push_back(id);
}

Checked<void> RedisStore::withdraw(const std::string& id) {
  auto job = find(id);
  if (job && !(*job)->ended()) {
    Job cancelled = **job;
    cancelled.state = JobState::cancelled;
    cancelled.modified = settings_.clock();
    if (const auto ended = end(cancelled); !ended) return std::unexpected(ended.error());
    // Another service may have completed it first.
    job = find(id);
  }
  if (!job) return job.error().status == 404 ? Checked<void>() : std::unexpected(job.error());
  if ((*job)->state != JobState::cancelled) return {};
  return remove(**job, settings_.clock());
}

JobStore::JobRef RedisStore::claim() {
  withdraw_refused();
  for (;;) {
    const auto id = call("claim", {consumer_, visibility_ms_});
    if (!id || !id->text) return nullptr;
    const auto job = find(*id->text);
    if (!job) return nullptr;
    if ((*job)->attempts < max_attempts) return *job;
    (void)end(failed(**job, tried_too_often, settings_.clock()));
  }
}

void RedisStore::start(const std::string& id, std::int64_t now) {
  const auto found = find(id);
  if (!found || (*found)->ended()) return;
  Job job = **found;
  job.state = JobState::processing;
  job.started = job.modified = now;
  ++job.attempts;
  (void)call("start", {id, consumer_, to_text(job)});
}

void RedisStore::give_back(const std::string& id) {
  const auto found = find(id);
  if (!found || (*found)->ended()) return;
  Job job = **found;
  if (std::exchange(job.state, JobState::pending) == JobState::processing) --job.attempts;
  (void)call("give_back", {id, consumer_, to_text(job)});
}

bool RedisStore::keep(const std::string& id, double progress) {
  const auto kept = call("keep", {id, consumer_, std::format("{}", progress)});
  withdraw_refused();  // with all workers busy, nothing is claimed
  return !kept || kept->number() == 1;
}

Checked<bool> RedisStore::end(const Job& ended) {
  std::string charge;
  if (ended.state == JobState::completed && settings_.has_account)
    charge = to_text(charge_for(ended));
  const auto first = call("finish", {ended.id, to_text(ended), std::to_string(ended.output_bytes),
                                     std::to_string(ended.modified), charge});
  if (!first) return std::unexpected(first.error());
  return first->number() == 1;
}

Checked<void> RedisStore::remove(const Job& job, std::int64_t now) {
  const auto removed = call("remove", {job.id, std::to_string(now)});
  if (!removed) return std::unexpected(removed.error());
  pictures_.remove_output(job.id);
  return {};
}

Checked<void> RedisStore::check() {
  // Changes nothing, but is refused like all that does, for example by a replica.
  const auto allowed = run({"SETRANGE", "sharpen:nothing", "0", ""});
  if (!allowed) return std::unexpected(allowed.error());
  return {};
}

void RedisStore::expire(std::int64_t now, std::int64_t keep, std::int64_t keep_orphan) {
  const std::string before = std::to_string(now - keep);
  if (const auto old = run({"ZRANGEBYSCORE", "sharpen:ended", "-inf", before}))
    for (const RedisReply& id : old->list)
      if (const auto job = find(id.text.value_or(""))) (void)remove(**job, now);
  if (const auto old = call("remove_sources", {before, std::to_string(now - keep_orphan)}))
    for (const RedisReply& id : old->list) pictures_.remove_source(id.text.value_or(""));
  if (now < next_sweep_) return;
  next_sweep_ = now + day;
  sweep(keep);
}

void RedisStore::sweep(std::int64_t keep) {
  (void)call("forget_consumers", {std::to_string(day * 1000)});
  const auto may_be_known = [](const auto& found) {
    return found.has_value() || found.error().status != 404;
  };
  // Others may be about to save what they have written.
  pictures_.sweep([&](const std::string& id) { return may_be_known(find_source(id)); },
                  [&](const std::string& id) { return may_be_known(find(id)); },
                  std::chrono::seconds(keep + day));
}

}  // namespace

Result<std::unique_ptr<JobStore>> open_redis_store(RedisStoreSettings settings) {
  auto address = RedisAddress::from(settings.url);
  if (!address) return fail(std::move(address));
  address->password = settings.password;
  auto pictures = PictureFolder::open(settings.folder);
  if (!pictures) return fail(std::move(pictures));
  auto store =
      std::make_unique<RedisStore>(std::move(settings), *std::move(address), *std::move(pictures));
  if (auto opened = store->open(); !opened) return fail(std::move(opened));
  return store;
}

}  // namespace sharpen::server
