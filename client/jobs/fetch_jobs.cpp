#include "client/jobs/fetch_jobs.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/i18n.h"
#include "client/http/deadline.h"
#include "client/jobs/job_run.h"
#include "client/jobs/resolve_service.h"

namespace sharpen {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t max_threads = 4;

/// A job that is to be asked for.
struct Asked {
  JournalEntry job;
  Clock::time_point not_before;
};

struct Answered {
  JournalEntry job;
  std::optional<Result<JobResult>> result;  ///< empty: another process goes on with it
};

bool may_change(const Result<JobResult>& result) {
  return !result &&
         (result.error().kind == ErrorKind::timed_out ||
          result.error().kind == ErrorKind::conflict || is_transient(result.error().kind));
}

class Fetching {
 public:
  Fetching(const std::vector<JournalEntry>& jobs, const Home& home, const FetchPatience& patience)
      : home_(home), patience_(patience), end_(Clock::now() + patience.limit), open_(jobs.size()) {
    for (const JournalEntry& job : jobs) waiting_.push_back({job, Clock::now()});
    try {
      for (std::size_t i = 0; i < std::min(max_threads, jobs.size()); ++i)
        threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      // Fewer threads do the same work; without any the caller does it.
    }
    if (threads_.empty()) work();
  }

  /// Waits for the next one. Empty: there is none left.
  std::optional<Answered> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_ == 0 || !answered_.empty(); });
    if (answered_.empty()) return {};
    Answered answered = std::move(answered_.front());
    answered_.pop_front();
    return answered;
  }

 private:
  void work() {
    while (auto asked = take()) {
      auto answered = ask(asked->job);
      const std::lock_guard lock(mutex_);
      const bool again = answered.result && may_change(*answered.result) && Clock::now() < end_;
      if (again) {
        waiting_.push_back({std::move(asked->job), Clock::now() + patience_.pause});
      } else {
        --open_;
        answered_.push_back(std::move(answered));
      }
      changed_.notify_all();
    }
  }

  /// The job whose turn it is.
  std::optional<Asked> take() {
    std::unique_lock lock(mutex_);
    while (open_ > 0) {
      const auto first = std::ranges::min_element(waiting_, {}, &Asked::not_before);
      if (first == waiting_.end()) {
        changed_.wait(lock);
      } else if (first->not_before > Clock::now() && Clock::now() < end_) {
        changed_.wait_until(lock, std::min(first->not_before, end_));
      } else {
        Asked asked = std::move(*first);
        waiting_.erase(first);
        return asked;
      }
    }
    return {};
  }

  Answered ask(const JournalEntry& listed) {
    if (auto silent = known_silent(listed)) return {listed, std::unexpected(*std::move(silent))};
    try {
      auto answered = ask_once(listed);
      if (answered.result && !*answered.result) remember(listed, answered.result->error());
      return answered;
    } catch (const std::exception& error) {
      return {listed, fail(ErrorKind::internal, tr("An error in this program: {}.", error.what()),
                           _("Please report it."))};
    }
  }

  Answered ask_once(const JournalEntry& listed) const {
    auto journal = Journal::open(home_.journal());
    if (!journal) return {listed, std::unexpected(journal.error())};
    auto adopted = journal->adopt(listed.id);
    if (!adopted) return {listed, std::unexpected(adopted.error())};
    const bool placed_meanwhile =
        *adopted && (*adopted)->step == JobStep::placed && listed.step != JobStep::placed;
    if (placed_meanwhile) (void)journal->release(listed.id);
    if (!*adopted || placed_meanwhile) return {listed, std::nullopt};
    const JournalEntry job = **std::move(adopted);
    // Ends with the download's first byte, however long that takes.
    std::optional<Deadline> deadline(std::in_place, nullptr, patience_.longest_ask);
    const auto cancellable = Ref<GCancellable>::share(deadline->cancellable());
    auto result = fetch(
        job,
        [&](const JobProgress& progress) {
          if (progress.stage == Stage::downloading) deadline.reset();
        },
        cancellable.get());
    // A service that could not even be asked for keeps nothing from being tried again.
    if (!result) (void)journal->release(job.id);
    return {job, std::move(result)};
  }

  Result<JobResult> fetch(const JournalEntry& job, const OnProgress& on_progress,
                          GCancellable* cancellable) const {
    auto address = address_of(job, home_, cancellable);
    if (!address) return fail(std::move(address));
    Pace pace = pace_for(*address);
    pace.once = true;
    pace.tries = 1;
    pace.download = patience_.download;
    return JobRun(*address, home_, on_progress, cancellable, pace).resume(job);
  }

  /// After the limit nobody waits again for a service that did not answer for another job.
  std::optional<Error> known_silent(const JournalEntry& job) {
    const std::lock_guard lock(mutex_);
    const auto found = silent_.find(job.base_url);
    if (Clock::now() < end_ || found == silent_.end()) return {};
    return found->second;
  }

  void remember(const JournalEntry& job, const Error& error) {
    const std::lock_guard lock(mutex_);
    if (error.kind == ErrorKind::network) silent_.insert_or_assign(job.base_url, error);
  }

  const Home& home_;
  const FetchPatience patience_;
  const Clock::time_point end_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t open_;  // guarded by mutex_, as all below
  std::deque<Asked> waiting_;
  std::deque<Answered> answered_;
  std::map<std::string, Error> silent_;  ///< by base address
  std::vector<std::jthread> threads_;    ///< last: they use the others
};

}  // namespace

Result<ServiceAddress> address_of(const JournalEntry& job, const Home& home,
                                  GCancellable* cancellable) {
  Settings settings = job.settings;
  settings.service = word_of(job.service);
  settings.service_url = job.service == ServiceKind::this_computer ? "" : job.base_url;
  return resolve_service(settings, home, cancellable);
}

void fetch_jobs(const std::vector<JournalEntry>& jobs, const Home& home,
                const FetchPatience& patience,
                const std::function<void(const JournalEntry&, Result<JobResult>)>& done) {
  Fetching fetching(jobs, home, patience);
  while (auto answered = fetching.next())
    if (answered->result) done(answered->job, *std::move(answered->result));
}

}  // namespace sharpen
