#include <algorithm>
#include <random>

#include "base/cancelled.h"
#include "base/i18n.h"
#include "base/unix_time.h"
#include "client/http/address.h"
#include "client/jobs/job_steps.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

Error not_the_service() {
  return {ErrorKind::protocol, _("Something else answers at the address of the service."),
          _("Perhaps this network needs a login: open a web page, then fetch the result under "
            "Filters > Enhance.")};
}

Error ended(JobState state) {
  if (state == JobState::cancelled)
    return {ErrorKind::service_failed, _("The job was cancelled at the service."),
            _("It is not charged, or only for the part that was done. Start it again if you did "
              "not mean this.")};
  return {ErrorKind::service_failed, _("The service could not sharpen this picture."),
          _("Failed jobs are not charged or are refunded. Try again, or try another model.")};
}

}  // namespace

milliseconds next_pause(milliseconds pause, const Status& status, const Pace& pace) {
  const auto grown =
      std::min(std::chrono::ceil<milliseconds>(pause * pace.poll_growth), pace.longest_poll);
  if (!status.eta) return grown;
  const milliseconds left =
      std::chrono::seconds(std::clamp<std::int64_t>(*status.eta - unix_now(), 0, 24 * 3600));
  if (left > 2 * pace.longest_poll) return pace.longest_poll;
  if (left > pace.first_poll && left < grown) return left;
  return grown;
}

Pace pace_for(const ServiceAddress& address) {
  Pace pace;
  if (reach_of_url(address.base_url) != Reach::loopback) return pace;
  pace.first_poll = 50ms;
  pace.longest_poll = 500ms;
  pace.poll_growth = 1.02;
  pace.first_backoff = 100ms;
  pace.longest_backoff = 5s;
  pace.busy_tries = pace.tries;
  if (address.kind == ServiceKind::this_computer) {
    // Somebody waits for a preview that takes a tenth of a second.
    pace.first_poll = 10ms;
    pace.unreachable = 15s;
  }
  return pace;
}

bool Backoff::wait(std::optional<std::chrono::seconds> at_least, GCancellable* cancellable) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const double jitter = std::uniform_real_distribution(0.8, 1.2)(random);
  auto pause = std::chrono::duration_cast<milliseconds>(pause_ * jitter);
  if (at_least) pause = std::max<milliseconds>(pause, *at_least);
  pause_ = std::min(pause_ * 2, longest_);
  return wait_for(pause, cancellable);
}

bool is_transient(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::network:
    case ErrorKind::busy:
    case ErrorKind::service_failed:
    case ErrorKind::protocol:
    case ErrorKind::too_large:
      return true;
    default:
      return false;
  }
}

Result<Status> wait_until_done(Service& service, const std::string& process_id, const Pace& pace,
                               const std::function<void(const Status&)>& on_status,
                               GCancellable* cancellable) {
  const auto start = Clock::now();
  Backoff backoff(pace);
  milliseconds pause = pace.first_poll;
  auto last_reached = start;
  int unreadable = 0;
  while (true) {
    const auto status = service.status(process_id, cancellable);
    const auto now = Clock::now();
    const auto waited = now - start;
    if (status || status.error().kind != ErrorKind::network) last_reached = now;
    if (!status) {
      const ErrorKind kind = status.error().kind;
      const bool too_new = kind == ErrorKind::not_found && waited < pace.not_found_grace;
      if (!is_transient(kind) && !too_new) return status;
      if (kind == ErrorKind::busy && pace.on_busy) pace.on_busy();
    } else {
      on_status(*status);
      if (status->state == JobState::completed) return status;
      if (status->state == JobState::failed || status->state == JobState::cancelled)
        return std::unexpected(ended(status->state));
    }
    if (pace.once && !status) return status;
    if (pace.once) return fail(ErrorKind::timed_out, _("The service is still working."));
    if (waited > pace.deadline)
      return fail(ErrorKind::timed_out, _("The service takes much longer than it should."));
    if (now - last_reached > pace.unreachable) return status;
    const bool foreign = !status && (status.error().kind == ErrorKind::protocol ||
                                     status.error().kind == ErrorKind::too_large);
    unreadable = foreign ? unreadable + 1 : 0;
    if (unreadable >= pace.unreadable) return std::unexpected(not_the_service());
    bool goes_on = true;
    if (status) {
      goes_on = wait_for(pause, cancellable);
      pause = next_pause(pause, *status, pace);
      backoff = Backoff(pace);
    } else {
      goes_on = backoff.wait(service.retry_after(), cancellable);
    }
    if (!goes_on) return std::unexpected(cancelled_error());
  }
}

Result<bool> stop_job(Service& service, const std::string& process_id, GCancellable* cancellable) {
  auto stopped = service.cancel(process_id, cancellable);
  if (!stopped && is_transient(stopped.error().kind))
    stopped = service.cancel(process_id, cancellable);
  if (!stopped || *stopped) return stopped;
  // "Too late" is also said of a job that an earlier request did stop, or that failed meanwhile.
  const auto status = service.status(process_id, cancellable);
  return status && (status->state == JobState::cancelled || status->state == JobState::failed);
}

}  // namespace sharpen
