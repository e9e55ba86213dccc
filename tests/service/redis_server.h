#pragma once

#include <sys/wait.h>

#include <csignal>
#include <format>
#include <optional>
#include <string>

#include "tests/service/child_process.h"
#include "tests/service/running_service.h"

namespace sharpen::test {

/// A real Redis that keeps what it is told (appendonly), in a folder of its own.
class RedisServer {
 public:
  RedisServer() { start(); }

  /// The address of one of its databases.
  [[nodiscard]] std::string url(int database = 0) const {
    return std::format("redis://127.0.0.1:{}/{}", port_, database);
  }
  void start() {
    process_.emplace(std::vector<std::string>{
        "redis-server", "--port", std::to_string(port_), "--bind", "127.0.0.1", "--appendonly",
        "yes", "--save", "", "--databases", "1000", "--dir", folder_.path().string()});
    await_listener(port_);
  }
  void kill() { process_->kill(); }
  /// Refuses all that would change something, as a Redis whose disk is full does, or a replica.
  void refuse_writes(bool refuse) {
    const ChildProcess told({"redis-cli", "-p", std::to_string(port_), "CONFIG", "SET",
                             "min-replicas-to-write", refuse ? "1" : "0"});
    told.wait();
  }
  /// Answers nobody until resume(), and then does what it was told meanwhile.
  void pause() {
    process_->send(SIGSTOP);
    siginfo_t stopped = {};  // the signal alone may take effect after the next command
    ::waitid(P_PID, static_cast<id_t>(process_->pid()), &stopped, WSTOPPED);
  }
  void resume() { process_->send(SIGCONT); }

 private:
  TestFolder folder_;
  int port_ = free_port();
  std::optional<ChildProcess> process_;
};

}  // namespace sharpen::test
