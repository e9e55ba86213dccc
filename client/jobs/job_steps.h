#pragma once

#include <gio/gio.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "client/http/deadline.h"
#include "client/providers/expected_picture.h"
#include "client/providers/service.h"
#include "client/providers/settings.h"

namespace sharpen {

/// How patiently a service is asked. Shortened by tests only.
struct Pace {
  std::chrono::milliseconds first_poll{2000}, longest_poll{10000};
  double poll_growth = 1.5;
  std::chrono::milliseconds first_backoff{1000}, longest_backoff{60000};
  std::chrono::milliseconds not_found_grace{15000};  ///< a job may be listed a little later
  /// The vendor makes up to three attempts, which take about three hours in all.
  std::chrono::milliseconds deadline = std::chrono::hours(4);
  /// From the end of an upload to the answer, which may bring the result.
  std::chrono::milliseconds longest_submit = std::chrono::minutes(20);
  /// How long a service may be out of reach; one on this computer that is, has died.
  std::chrono::milliseconds unreachable = std::chrono::hours(4);
  std::chrono::milliseconds cancel_limit{3000};  ///< for telling the service that we stop
  int tries = 5;                                 ///< of a read, and of a submit that was not sent
  int busy_tries = 8;  ///< of what the service has too much to do for: about two minutes
  int unreadable = 8;  ///< answers in a row that are not the service's: about two minutes
  DownloadPatience download = {};
  std::function<void()> on_busy = {};  ///< told of each “too many requests”; may be empty
  /// A job that is not ready is left to itself, which is `timed_out`; cancelling does not stop it.
  bool once = false;
};
/// On this computer from 10 ms, near by from 50 ms, elsewhere from 2 s to 10 s.
[[nodiscard]] Pace pace_for(const ServiceAddress& address);

/// The pause between two questions after one of `pause`: longer by a millisecond at least, up to
/// the longest, but not past the time at which the service expects to be ready.
[[nodiscard]] std::chrono::milliseconds next_pause(std::chrono::milliseconds pause,
                                                   const Status& status, const Pace& pace);

/// Growing pauses with jitter, which `Retry-After` lengthens.
class Backoff {
 public:
  explicit Backoff(const Pace& pace) : pause_(pace.first_backoff), longest_(pace.longest_backoff) {}
  /// False if it was cancelled.
  [[nodiscard]] bool wait(std::optional<std::chrono::seconds> at_least, GCancellable* cancellable);

 private:
  std::chrono::milliseconds pause_, longest_;
};

/// Whether an error of a read says nothing about the job, so that it is asked again.
[[nodiscard]] bool is_transient(ErrorKind kind);

/// How often something is tried that ends with this error.
[[nodiscard]] constexpr int most_tries(const Pace& pace, ErrorKind kind) {
  return kind == ErrorKind::busy ? std::max(pace.busy_tries, pace.tries) : pace.tries;
}

/// A read, repeated while its errors are transient.
template <class T>
[[nodiscard]] Result<T> with_retries(const Service& service, const Pace& pace,
                                     GCancellable* cancellable,
                                     const std::function<Result<T>()>& read) {
  Backoff backoff(pace);
  for (int tries = 1;; ++tries) {
    Result<T> result = read();
    if (result || !is_transient(result.error().kind)) return result;
    if (tries >= most_tries(pace, result.error().kind)) return result;
    if (!backoff.wait(service.retry_after(), cancellable)) return result;
  }
}

/// Refuses what no service would take: sides, megapixels, bytes. Errors: too_large, io.
[[nodiscard]] Result<void> check_limits(const Upload& upload, const Settings& settings);

/// What a job costs, by the service's own estimate where it has one. Errors: those of the estimate.
[[nodiscard]] Result<Price> price_now(Service& service, std::uint32_t width, std::uint32_t height,
                                      const Settings& settings, const Pace& pace,
                                      GCancellable* cancellable);

/// Refuses a job over the user's max_cost, by the service's own estimate where it has one.
/// Errors: too_expensive, and those of the estimate.
[[nodiscard]] Result<void> check_cost(Service& service, const Upload& upload,
                                      const Settings& settings, const Pace& pace,
                                      GCancellable* cancellable);

/// Sends the picture once. Where nothing was accepted for certain it is tried again; where the
/// answer was lost the job is looked up by the upload's name and adopted. `maybe_billed`: sent
/// whole, and the service does not (or cannot) say whether it has the job.
[[nodiscard]] Result<Submitted> submit_once(Service& service, const Upload& upload,
                                            const Settings& settings, const Pace& pace,
                                            const Transfer& on_transfer, GCancellable* cancellable);

/// The job of an upload name, asked a few times. Empty: the service answered and has none.
[[nodiscard]] Result<std::optional<Status>> look_up(Service& service, const std::string& name,
                                                    const Pace& pace, GCancellable* cancellable);

/// Asks until the job has ended; `on_status` hears every reading. Completed is a value; Failed and
/// Cancelled are `service_failed`. Everything that may pass is waited out. Errors besides:
/// timed_out, not_found, key_refused, tls, cancelled.
[[nodiscard]] Result<Status> wait_until_done(Service& service, const std::string& process_id,
                                             const Pace& pace,
                                             const std::function<void(const Status&)>& on_status,
                                             GCancellable* cancellable);

/// Stops a job; a request that broke off is repeated once. True: not charged. False: too late.
[[nodiscard]] Result<bool> stop_job(Service& service, const std::string& process_id,
                                    GCancellable* cancellable);

/// The error about a job that the account of the present key does not know.
[[nodiscard]] Error of_another_key();

struct CheckedPicture {
  FileFormat format = FileFormat::png;
  PictureInfo info;
};
/// Decodes a file from its first byte to its last. Errors: bad_picture, io, cancelled.
[[nodiscard]] Result<CheckedPicture> check_picture(const std::filesystem::path& file,
                                                   GCancellable* cancellable);

/// Downloads a result and checks it, again where it came damaged; asks for a new address where the
/// old one has expired. `url` may be empty where there is a process id.
[[nodiscard]] Result<CheckedPicture> fetch_result(Service& service, const std::string& process_id,
                                                  std::string url,
                                                  const std::filesystem::path& into,
                                                  const ExpectedPicture& expected, const Pace& pace,
                                                  const Transfer& on_transfer,
                                                  GCancellable* cancellable);

}  // namespace sharpen
