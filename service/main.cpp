#include <fcntl.h>
#include <glib-unix.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <print>
#include <string>
#include <utility>

#include "base/glib_error.h"
#include "base/glib_ref.h"
#include "base/glib_source.h"
#include "base/tls_module.h"
#include "service/http/api_origin.h"
#include "service/http/download_origin.h"

namespace sharpen::server {
namespace {

Result<Ref<GTlsCertificate>> load_certificate(const Options& options) {
  if (options.tls_certificate.empty()) return Ref<GTlsCertificate>();
  // glib-networking would speak TLS 1.0, and reads this when it is loaded.
  g_setenv("G_TLS_GNUTLS_PRIORITY", "NORMAL:%COMPAT:-VERS-TLS1.0:-VERS-TLS1.1", FALSE);
  provide_tls();
  GErrorGuard error;
  auto certificate = Ref<GTlsCertificate>::adopt(g_tls_certificate_new_from_files(
      options.tls_certificate.c_str(), options.tls_key.c_str(), error.out()));
  if (!certificate)
    return fail(ErrorKind::tls, error.message(), "--tls-cert and --tls-key have to be PEM files.");
  return certificate;
}

/// Says where the service is, then lets go of the output: whoever read it may be gone.
void announce(const std::string& url, const std::string& download_url) {
  const std::string line = JsonWriter()
                               .begin_object()
                               .member("url", url)
                               .member("download_url", download_url)
                               .member("pid", int{::getpid()})
                               .end_object()
                               .text();
  std::println("{}", line);
  std::fflush(stdout);
  const UniqueFd nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (nothing) ::dup2(nothing.get(), STDOUT_FILENO);
}

/// Calls `idle` once there has been no job and no request for `seconds`.
EventSource watch_idleness(int seconds, std::function<bool()> busy, std::function<void()> idle) {
  if (seconds == 0) return {};
  const std::int64_t patience = std::int64_t{seconds} * G_USEC_PER_SEC;
  return EventSource::timeout(250, [=, busy = std::move(busy), idle = std::move(idle),
                                    last_busy = g_get_monotonic_time()]() mutable {
    if (busy()) last_busy = g_get_monotonic_time();
    if (g_get_monotonic_time() - last_busy >= patience) idle();
    return true;
  });
}

/// What SIGTERM begins: no more jobs, and the end when those at the workers are done and what was
/// answered is sent. The second one ends at once.
class Ending {
 public:
  Ending(Jobs& jobs, std::function<bool()> answering, GMainLoop* loop, int seconds)
      : jobs_(jobs), answering_(std::move(answering)), loop_(loop), seconds_(seconds) {}

  void on_signal() {
    if (jobs_.stopping()) return g_main_loop_quit(loop_);
    jobs_.stop();
    deadline_ = g_get_monotonic_time() + std::int64_t{seconds_} * G_USEC_PER_SEC;
    if (step()) watch_ = EventSource::timeout(20, [this] { return step(); });
  }

 private:
  static constexpr std::int64_t time_to_send = 2 * G_USEC_PER_SEC;

  /// False when it is over.
  bool step() {
    const std::int64_t now = g_get_monotonic_time();
    if (jobs_.workers_busy() > 0 && now < deadline_) return true;
    if (last_ == 0) {
      jobs_.turn_away();
      last_ = now + time_to_send;
    }
    if (answering_() && now < last_) return true;
    g_main_loop_quit(loop_);
    return false;
  }

  Jobs& jobs_;
  std::function<bool()> answering_;
  GMainLoop* loop_;
  int seconds_;
  std::int64_t deadline_ = 0, last_ = 0;
  EventSource watch_;
};

gboolean on_end_signal(gpointer data) {
  static_cast<Ending*>(data)->on_signal();
  return G_SOURCE_CONTINUE;
}

struct Reloading {
  Keys& keys;
  EventLog& log;
};

gboolean on_reload_signal(gpointer data) {
  auto* reloading = static_cast<Reloading*>(data);
  const auto read = reloading->keys.reload();
  if (!read) std::println(stderr, "sharpen-service: {}", read.error().text());
  reloading->log.write(read ? "keys reloaded" : "keys kept");
  return G_SOURCE_CONTINUE;
}

Result<void> serve(const Options& options) {
  const Clock clock = machine_clock(options.behaviours.text("clock_file"));
  const auto certificate = load_certificate(options);
  if (!certificate) return std::unexpected(certificate.error());
  auto keys = Keys::load(options.key, options.keys_file);
  if (!keys) return std::unexpected(keys.error());
  EventLog log(options.log, clock);
  auto jobs = Jobs::open(options, clock, log);
  if (!jobs) return std::unexpected(jobs.error());

  // The download origin's address is part of its own links, so it is bound late.
  std::optional<Links> links;
  links.emplace(options.public_url, (*jobs)->link_secret(), clock,
                options.behaviours.number("link_seconds"));
  Core core{options, clock, **jobs, *links, *keys, log};
  DownloadOrigin downloads(core);
  ApiOrigin api(core);
  const std::chrono::seconds patience(options.behaviours.number("slow_client_seconds"));
  const auto download_front =
      HttpFront::listen({options.listen, options.download_port, certificate->get(), patience,
                         options.max_connections},
                        downloads);
  if (!download_front) return std::unexpected(download_front.error());
  const auto api_front = HttpFront::listen(
      {options.listen, options.port, certificate->get(), patience, options.max_connections}, api);
  if (!api_front) return std::unexpected(api_front.error());
  if (options.public_url.empty())
    links.emplace((*download_front)->url(), (*jobs)->link_secret(), clock,
                  options.behaviours.number("link_seconds"));

  const auto loop = Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, FALSE));
  Jobs& table = **jobs;
  Ending ending(
      table, [&] { return (*api_front)->answering() + (*download_front)->answering() > 0; },
      loop.get(), options.stop_seconds);
  for (const int signal : {SIGTERM, SIGINT}) g_unix_signal_add(signal, on_end_signal, &ending);
  Reloading reloading{*keys, log};
  g_unix_signal_add(SIGHUP, on_reload_signal, &reloading);
  const auto expiry = EventSource::timeout(60'000, [&table] {
    table.expire();
    return true;
  });
  const auto idleness = watch_idleness(
      options.idle_exit,
      [&] {
        return table.busy() || (*api_front)->open_requests() > 0 ||
               (*download_front)->open_requests() > 0;
      },
      [&] { g_main_loop_quit(loop.get()); });
  announce((*api_front)->url(), (*download_front)->url());
  g_main_loop_run(loop.get());
  return {};
}

/// Each connection is a file; silent strangers must not use up those of others.
void allow_many_connections() {
  rlimit files = {};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

int run(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  ::umask(0077);
  allow_many_connections();
  const auto options = parse_options({argv + 1, argv + argc});
  if (options && options->help != Help::none) {
    std::print("{}", help_text(options->help));
    return 0;
  }
  const Result<void> served = options ? serve(*options) : std::unexpected(options.error());
  if (served) return 0;
  std::println(stderr, "sharpen-service: {}", served.error().text());
  return options ? 1 : 2;
}

}  // namespace
}  // namespace sharpen::server

int main(int argc, char** argv) { return sharpen::server::run(argc, argv); }
