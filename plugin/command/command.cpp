#include "plugin/command/command.h"

#include <fcntl.h>
#include <glib.h>
#include <libintl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <filesystem>
#include <format>
#include <fstream>
#include <utility>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/program_folder.h"
#include "base/unique_fd.h"
#include "client/providers/models.h"
#include "plugin/command/console.h"
#include "plugin/command/find_gimp.h"
#include "plugin/command/options.h"

namespace sharpen {
namespace {

namespace fs = std::filesystem;

constexpr int all_done = 0, some_failed = 1, misused = 2, interrupted = 130;

void print(std::FILE* stream, const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stream);
}

int refuse(const Error& error, int status) {
  print(stderr, error.text() + "\n");
  return status;
}

/// A private folder that ends with the run.
class Folder {
 public:
  static Result<Folder> make() {
    const fs::path base = fs::path(g_get_user_cache_dir()) / "remote-sharpen";
    g_mkdir_with_parents(base.c_str(), 0700);
    std::string name = base / "command-XXXXXX";
    if (g_mkdtemp_full(name.data(), 0700)) return Folder(name);
    const std::string reason = g_strerror(errno);
    return fail(ErrorKind::io, tr("{} cannot be written: {}.", base.string(), reason),
                _("Free some space on the disk, or set XDG_CACHE_HOME."));
  }
  Folder(Folder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Folder& operator=(Folder&&) = delete;
  ~Folder() {
    std::error_code none;
    if (!path_.empty()) fs::remove_all(path_, none);
  }
  [[nodiscard]] fs::path file(const char* name) const { return path_ / name; }

 private:
  explicit Folder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

/// What GIMP is asked to do.
std::string script_of(const CommandOptions& options, const fs::path& progress) {
  std::string script =
      "(plug-in-remote-sharpen-files #:run-mode RUN-NONINTERACTIVE\n #:inputs (list ";
  for (const fs::path& input : options.inputs) script += scheme_path(input) + "\n ";
  script += ")";
  for (const auto& [name, value] : options.arguments)
    script += std::format("\n #:{} {}", name, value);
  return script + std::format("\n #:progress-file {})\n", scheme_path(progress));
}

/// A GIMP of our own, which ends with us.
pid_t start_gimp(std::vector<std::string> words, const fs::path& log) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t me = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != me) ::_exit(127);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int in = ::open("/dev/null", O_RDONLY);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execvp(arguments.front(), arguments.data());
  ::_exit(127);
}

/// Set by the signals with which a user ends the run.
volatile sig_atomic_t wants_end = 0;
void note_signal(int) { wants_end = 1; }

/// Hands whole lines to the console until GIMP has ended. Returns its status, as of waitpid().
int watch(pid_t gimp, int pipe, Console& console) {
  std::string pending;
  std::array<char, 1 << 16> block{};
  const auto drain = [&] {
    for (ssize_t count = 0; (count = ::read(pipe, block.data(), block.size())) > 0;) {
      pending.append(block.data(), static_cast<std::size_t>(count));
      for (std::size_t end = 0; (end = pending.find('\n')) != std::string::npos;) {
        console.take(std::string_view(pending).substr(0, end));
        pending.erase(0, end + 1);
      }
    }
  };
  constexpr int tick_ms = 100;
  for (int status = 0;;) {
    pollfd wait{.fd = pipe, .events = POLLIN, .revents = 0};
    (void)::poll(&wait, 1, tick_ms);
    if (wants_end) ::kill(-gimp, SIGKILL);
    const bool ended = ::waitpid(gimp, &status, WNOHANG) == gimp;
    drain();
    if (ended) return status;
  }
}

void print_log(const fs::path& log) {
  std::ifstream lines(log);
  std::vector<std::string> last;
  for (std::string line; std::getline(lines, line);) {
    last.push_back(line);
    if (last.size() > 12) last.erase(last.begin());
  }
  for (const std::string& line : last) print(stderr, "  " + line + "\n");
}

int run(const CommandOptions& options) {
  auto gimp = find_gimp(options.gimp);
  if (!gimp) return refuse(gimp.error(), misused);
  const auto folder = Folder::make();
  if (!folder) return refuse(folder.error(), some_failed);
  const fs::path script = folder->file("run.scm"), progress = folder->file("progress");
  std::ofstream written(script, std::ios::binary);
  if (!(written << script_of(options, progress) << std::flush))
    return refuse({ErrorKind::io, tr("{} cannot be written.", script.string()),
                   _("Free some space on the disk, or set XDG_CACHE_HOME.")},
                  some_failed);
  if (::mkfifo(progress.c_str(), 0600) != 0)
    return refuse({ErrorKind::io, _("No pipe could be created."), ""}, some_failed);
  // Also for writing: so it has no end before GIMP has opened it.
  const UniqueFd pipe(::open(progress.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));

  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, note_signal);
  const auto load = std::format("(load {})", scheme_string(script.string()));
  for (const char* word : {"--no-interface", "--no-data", "--no-fonts", "--new-instance", "--quit",
                           "--batch-interpreter=plug-in-script-fu-eval", "-b"})
    gimp->emplace_back(word);
  gimp->push_back(load);
  const fs::path log = folder->file("log");
  const pid_t child = start_gimp(*gimp, log);
  Console console;
  const int status = watch(child, pipe.get(), console);
  console.clear();
  if (wants_end) {
    print(stderr, std::string(_("Interrupted. The same command continues where this one stopped; "
                                "nothing is paid twice.")) +
                      "\n");
    return interrupted;
  }
  if (console.ended()) return console.complete() ? all_done : some_failed;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    print(stderr, tr("{} cannot be started.", gimp->front()) + "\n");
  print(stderr,
        std::string(console.begun()
                        ? _("GIMP ended before the run did. The same command continues where this "
                            "one stopped; nothing is paid twice. GIMP said last:")
                        : _("GIMP did not begin the run. Is the plug-in installed there? GIMP said "
                            "last:")) +
            "\n");
  print_log(log);
  return some_failed;
}

void list_models() {
  for (const Model& model : models())
    print(stdout, std::format("{:24} {}\n", model.name, _(model.purpose)));
}

}  // namespace

int run_command(int argc, char** argv, const char* version) {
  std::setlocale(LC_ALL, "");
  if (const auto program = program_folder(); !program.empty())
    bindtextdomain("remote-sharpen", (program / "locale").c_str());
  bind_textdomain_codeset("remote-sharpen", "UTF-8");
  const auto options = read_command_line(argc, argv);
  if (!options) return refuse(options.error(), misused);
  switch (options->wish) {
    case CommandOptions::Wish::help:
      print(stdout, help_text());
      return all_done;
    case CommandOptions::Wish::man:
      print(stdout, man_page());
      return all_done;
    case CommandOptions::Wish::models:
      list_models();
      return all_done;
    case CommandOptions::Wish::version:
      print(stdout, std::string("remote-sharpen ") + version + "\n");
      return all_done;
    case CommandOptions::Wish::run:
      break;
  }
  return run(*options);
}

}  // namespace sharpen
