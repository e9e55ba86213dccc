#include "tests/service/child_process.h"

#include <chrono>
#include <format>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/glib_error.h"

namespace sharpen::test {

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
  std::vector<const char*> words;
  for (const std::string& word : command) words.push_back(word.c_str());
  words.push_back(nullptr);
  GErrorGuard error;
  process_ = Ref<GSubprocess>::adopt(
      g_subprocess_newv(words.data(),
                        static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                                      G_SUBPROCESS_FLAGS_STDERR_SILENCE),
                        error.out()));
  if (!process_) throw std::runtime_error(error.message());
}

ChildProcess::~ChildProcess() {
  if (process_) kill();
}

int ChildProcess::pid() const { return std::stoi(g_subprocess_get_identifier(process_.get())); }

void ChildProcess::send(int signal) { g_subprocess_send_signal(process_.get(), signal); }

void ChildProcess::wait() const {
  GErrorGuard error;
  if (!g_subprocess_wait_check(process_.get(), nullptr, error.out()))
    throw std::runtime_error(error.message());
}

void ChildProcess::kill() {
  g_subprocess_force_exit(process_.get());
  g_subprocess_wait(process_.get(), nullptr, nullptr);
}

int free_port() {
  const auto socket = Ref<GSocket>::adopt(
      g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, nullptr));
  const auto any =
      Ref<GSocketAddress>::adopt(g_inet_socket_address_new_from_string("127.0.0.1", 0));
  if (!g_socket_bind(socket.get(), any.get(), FALSE, nullptr))
    throw std::runtime_error("no free port");
  const auto address =
      Ref<GSocketAddress>::adopt(g_socket_get_local_address(socket.get(), nullptr));
  return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address.get()));
}

void await_listener(int port) {
  const auto client = Ref<GSocketClient>::adopt(g_socket_client_new());
  for (int tries = 0; tries < 500; ++tries) {
    if (Ref<GSocketConnection>::adopt(g_socket_client_connect_to_host(
            client.get(), "127.0.0.1", static_cast<guint16>(port), nullptr, nullptr)))
      return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  throw std::runtime_error(std::format("nobody listens on port {}", port));
}

}  // namespace sharpen::test
