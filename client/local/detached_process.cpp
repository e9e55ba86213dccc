#include "client/local/detached_process.h"

#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/i18n.h"

namespace sharpen {
namespace {

/// What a child may see. A list of what is allowed: nobody knows all names that hold a secret.
bool is_harmless(std::string_view variable) {
  static constexpr std::array<std::string_view, 15> names = {"HOME",           "USER",
                                                             "LOGNAME",        "PATH",
                                                             "SHELL",          "LANG",
                                                             "LANGUAGE",       "TZ",
                                                             "TMPDIR",         "LD_LIBRARY_PATH",
                                                             "TERM",           "ASAN_OPTIONS",
                                                             "UBSAN_OPTIONS",  "LSAN_OPTIONS",
                                                             "OMP_NUM_THREADS"};
  static constexpr std::array<std::string_view, 3> prefixes = {"LC_", "XDG_", "GCOV_"};
  const auto name = variable.substr(0, variable.find('='));
  return std::ranges::find(names, name) != names.end() ||
         std::ranges::any_of(prefixes, [&](auto prefix) { return name.starts_with(prefix); });
}

struct Pipe {
  UniqueFd read, write;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends = {};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

class SpawnActions {
 public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  [[nodiscard]] posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

class SpawnAttributes {
 public:
  SpawnAttributes() { posix_spawnattr_init(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  [[nodiscard]] posix_spawnattr_t* get() { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

/// The strings as exec wants them; valid as long as `strings` is.
std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (auto& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::unexpected<Error> cannot_start(const std::filesystem::path& program, int code) {
  return fail(ErrorKind::io,
              tr("{} cannot be started: {}.", program.string(), std::string(g_strerror(code))),
              _("Install Remote Sharpen again, or choose another service."));
}

}  // namespace

Result<DetachedProcess> start_detached(const std::filesystem::path& program,
                                       const std::vector<std::string>& arguments,
                                       const std::string& input) {
  auto to_child = make_pipe(), from_child = make_pipe();
  if (!to_child || !from_child) return cannot_start(program, errno);
  // Before the child is there: a short text fits a pipe, and a child that ends at once cannot send
  // us SIGPIPE.
  if (::write(to_child->write.get(), input.data(), input.size()) !=
      static_cast<ssize_t>(input.size()))
    return cannot_start(program, errno);

  SpawnActions actions;
  posix_spawn_file_actions_adddup2(actions.get(), to_child->read.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(actions.get(), from_child->write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(actions.get(), from_child->write.get(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(actions.get(), STDERR_FILENO + 1);
  posix_spawn_file_actions_addchdir_np(actions.get(), "/");
  SpawnAttributes attributes;
  sigset_t none, defaults;
  sigemptyset(&none);
  sigfillset(&defaults);
  sigdelset(&defaults, SIGKILL);
  sigdelset(&defaults, SIGSTOP);
  posix_spawnattr_setsigmask(attributes.get(), &none);
  posix_spawnattr_setsigdefault(attributes.get(), &defaults);
  posix_spawnattr_setflags(attributes.get(),
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables;
  for (char** variable = environ; variable && *variable; ++variable)
    if (is_harmless(*variable)) variables.emplace_back(*variable);

  DetachedProcess child;
  const auto argv = pointers_to(words), envp = pointers_to(variables);
  if (const int code = ::posix_spawn(&child.id, program.c_str(), actions.get(), attributes.get(),
                                     argv.data(), envp.data());
      code != 0)
    return cannot_start(program, code);
  child.output = std::move(from_child->read);
  return child;
}

void end_child(pid_t id) {
  ::kill(id, SIGKILL);
  while (::waitpid(id, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace sharpen
