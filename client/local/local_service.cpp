#include "client/local/local_service.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <format>
#include <optional>

#include "base/cancelled.h"
#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/lease.h"
#include "base/unique_fd.h"
#include "client/http/deadline.h"
#include "client/http/http.h"
#include "client/local/detached_process.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto start_limit = 20s;   ///< a cold disk
constexpr auto answer_limit = 10s;  ///< a machine that is busy sharpening
constexpr auto forget_limit = 300ms;
constexpr const char* idle_seconds = "600";

/// What one run leaves for the next: where the service is, its key, and who it is.
struct Running {
  std::string url, key;
  Lease lease;
};

Error cannot_start(const std::string& reason) {
  return {ErrorKind::io, tr("The sharpening service of this computer does not start: {}.", reason),
          _("Try again; if that does not help, install Remote Sharpen again.")};
}

/// The private folder of what runs now; it is emptied when the user logs out, where there is one.
Result<std::filesystem::path> runtime_folder() {
  int code = 0;
  for (const char* base : {g_get_user_runtime_dir(), g_get_user_cache_dir()}) {
    auto folder = std::filesystem::path(base) / "remote-sharpen";
    if (g_mkdir_with_parents(folder.c_str(), 0700) == 0 && g_access(folder.c_str(), W_OK) == 0)
      return folder;
    code = errno;
  }
  return std::unexpected(cannot_start(g_strerror(code)));
}

/// The file that remembers the service. Each sandbox has one of its own: a process id of another
/// one is a stranger here.
std::filesystem::path note_in(const std::filesystem::path& folder) {
  std::string name = "service-";
  for (const char c : Lease::mine().name_space)
    if (g_ascii_isdigit(c)) name += c;
  return folder / (name + ".json");
}

/// Held while a service is looked for or started, so that two runs at once end up with one.
Result<UniqueFd> lock(const std::filesystem::path& file, GCancellable* cancellable) {
  UniqueFd lock(::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  if (!lock) return std::unexpected(cannot_start(g_strerror(errno)));
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return std::unexpected(cannot_start(g_strerror(errno)));
    if (!wait_for(20ms, cancellable)) return std::unexpected(cancelled_error());
  }
  return lock;
}

std::optional<Running> recall(const std::filesystem::path& file) {
  OwnedChars text;
  gsize size = 0;
  if (!g_file_get_contents(file.c_str(), std::out_ptr(text), &size, nullptr)) return std::nullopt;
  const auto json = Json::parse({text.get(), size});
  if (!json) return std::nullopt;
  const auto url = (*json)["url"].string(), key = (*json)["key"].string(),
             owner = (*json)["process"].string();
  if (!url || !key || !owner) return std::nullopt;
  Running running{*url, *key, Lease::from_text(*owner)};
  if (running.lease.name_space != Lease::mine().name_space) return std::nullopt;
  return running;
}

Result<void> remember(const std::filesystem::path& file, const Running& running) {
  const auto text = JsonWriter()
                        .begin_object()
                        .member("url", running.url)
                        .member("key", running.key)
                        .member("process", running.lease.text())
                        .end_object()
                        .text();
  GErrorGuard error;
  if (!g_file_set_contents_full(file.c_str(), text.data(), static_cast<gssize>(text.size()),
                                G_FILE_SET_CONTENTS_CONSISTENT, 0600, error.out()))
    return std::unexpected(cannot_start(error.message()));
  return {};
}

/// Whether it is there and takes the key. The key goes to nobody but the process that we started:
/// its port may belong to another user once it is gone.
Result<bool> answers(const Running& running, GCancellable* cancellable) {
  if (!running.lease.alive(0s)) return false;
  HttpRequest request;
  request.url = running.url + "/account/v1/credits/balance";
  request.headers = {{"X-API-Key", running.key}};
  request.silence = request.deadline = answer_limit;
  const auto answer = Http().send(request, cancellable);
  if (g_cancellable_is_cancelled(cancellable)) return std::unexpected(cancelled_error());
  return answer && answer->ok();
}

ServiceAddress address_of(const Running& running) {
  return {ServiceKind::this_computer, running.url, running.key, {}};
}

/// 256 random bits as text.
Result<std::string> fresh_key() {
  std::array<unsigned char, 32> bytes = {};
  if (::getentropy(bytes.data(), bytes.size()) != 0)
    return std::unexpected(cannot_start(g_strerror(errno)));
  std::string key;
  for (const auto byte : bytes) key += std::format("{:02x}", byte);
  return key;
}

/// The service's own complaint, or a general reason: another line might hold anything.
std::string complaint_in(std::string_view output) {
  constexpr std::string_view prefix = "sharpen-service: ";
  const auto at = output.find(prefix);
  if (at == std::string_view::npos) return _("it ended at once");
  const auto line = output.substr(at + prefix.size());
  return std::string(line.substr(0, line.find('\n')));
}

/// The address in the first line that has one; libraries may warn before it.
std::optional<std::string> address_in(std::string_view output) {
  for (auto newline = output.find('\n'); newline != std::string_view::npos;
       newline = output.find('\n')) {
    const auto json = Json::parse(output.substr(0, newline));
    if (auto url = json ? (*json)["url"].string() : std::nullopt) return url;
    output.remove_prefix(newline + 1);
  }
  return std::nullopt;
}

Result<std::string> read_address(const UniqueFd& output, GCancellable* cancellable) {
  constexpr std::size_t most = 65536;
  const auto end = Clock::now() + start_limit;
  std::string text;
  for (;;) {
    if (g_cancellable_is_cancelled(cancellable)) return std::unexpected(cancelled_error());
    if (Clock::now() > end) return std::unexpected(cannot_start(_("it does not answer")));
    pollfd readable{output.get(), POLLIN, 0};
    if (::poll(&readable, 1, 50) <= 0) continue;
    std::array<char, 4096> bytes = {};
    const auto count = ::read(output.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || text.size() > most) return std::unexpected(cannot_start(complaint_in(text)));
    text.append(bytes.data(), static_cast<std::size_t>(count));
    if (auto url = address_in(text)) return *std::move(url);
  }
}

Result<Running> start_in(const char* folder, const Home& home, GCancellable* cancellable) {
  auto key = fresh_key();
  if (!key) return fail(std::move(key));
  const auto state = std::filesystem::path(g_get_user_cache_dir()) / "remote-sharpen" / folder;
  auto child = start_detached(
      home.program / "sharpen-service",
      {"--key-file", "-", "--state", state.string(), "--idle-exit", idle_seconds}, *key + "\n");
  if (!child) return fail(std::move(child));
  auto url = read_address(child->output, cancellable);
  if (!url) {
    end_child(child->id);
    return fail(std::move(url));
  }
  return Running{*std::move(url), *std::move(key), Lease::of(child->id)};
}

Result<Running> start(const Home& home, GCancellable* cancellable) {
  // Folders of its own: a service that the user runs by hand keeps the default one locked, and one
  // of another sandbox, or of a session that was left, the first of these.
  auto started = start_in("this-computer", home, cancellable);
  if (started || started.error().kind == ErrorKind::cancelled) return started;
  auto beside = start_in("this-computer-2", home, cancellable);
  return beside ? std::move(beside) : std::move(started);
}

/// Makes room for a new one: a service that lives but does not answer keeps its folder locked.
bool end_process(const Running& running, GCancellable* cancellable) {
  for (int tries = 0; running.lease.alive(0s); ++tries) {
    if (tries % 100 == 0) ::kill(running.lease.process, tries == 0 ? SIGTERM : SIGKILL);
    if (!wait_for(20ms, cancellable)) return false;
    if (tries > 300) break;
  }
  return true;
}

}  // namespace

Result<ServiceAddress> local_service(const Home& home, GCancellable* cancellable) {
  const auto folder = runtime_folder();
  if (!folder) return std::unexpected(folder.error());
  const auto locked = lock(*folder / "service.lock", cancellable);
  if (!locked) return std::unexpected(locked.error());

  const auto file = note_in(*folder);
  std::optional<Running> running = recall(file);
  if (running) {
    const auto there = answers(*running, cancellable);
    if (!there) return std::unexpected(there.error());
    if (!*there && !end_process(*running, cancellable)) return std::unexpected(cancelled_error());
    if (!*there) running.reset();
  }
  if (!running) {
    auto started = start(home, cancellable);
    if (!started) return fail(std::move(started));
    running = *std::move(started);
    if (auto remembered = remember(file, *running); !remembered) {
      end_child(running->lease.process);
      return fail(std::move(remembered));
    }
  }
  return address_of(*running);
}

bool is_running(const ServiceAddress& address) {
  const auto folder = runtime_folder();
  const auto running = folder ? recall(note_in(*folder)) : std::nullopt;
  return running && running->url == address.base_url && running->key == address.key &&
         running->lease.alive(0s);
}

void forget_at_local_service(const std::string& process_id) {
  const auto folder = runtime_folder();
  const auto running = folder ? recall(note_in(*folder)) : std::nullopt;
  if (!running || !running->lease.alive(0s)) return;
  const auto service = open_service(address_of(*running));
  const Deadline brief(nullptr, forget_limit);
  // Whatever goes wrong, the service itself forgets the job after seven days.
  if (service) (void)(*service)->remove(process_id, brief.cancellable());
}

}  // namespace sharpen
