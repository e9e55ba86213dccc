#pragma once

#include <gio/gio.h>

#include <string>
#include <vector>

#include "base/glib_ref.h"

namespace sharpen::test {

/// A program that runs beside a test, and is killed with its owner.
class ChildProcess {
 public:
  /// What the program writes goes nowhere.
  explicit ChildProcess(const std::vector<std::string>& command);
  ChildProcess(ChildProcess&&) = default;
  ChildProcess& operator=(ChildProcess&&) = default;
  ~ChildProcess();

  [[nodiscard]] int pid() const;
  void send(int signal);
  /// Waits for its end; throws if that is not a success.
  void wait() const;
  /// Sends SIGKILL and waits for the end.
  void kill();

 private:
  Ref<GSubprocess> process_;
};

/// A port of 127.0.0.1 that nobody listens on.
[[nodiscard]] int free_port();
/// Waits until somebody listens on a port of 127.0.0.1; throws after 10 s.
void await_listener(int port);

}  // namespace sharpen::test
