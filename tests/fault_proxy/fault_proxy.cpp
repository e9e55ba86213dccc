#include "tests/fault_proxy/fault_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <format>
#include <stdexcept>

namespace sharpen::test {
namespace {

/// A host of results that never ends must not keep the proxy.
constexpr int patience_ms = 20'000;

UniqueFd bound_to(int port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return {};
  return socket;
}

UniqueFd listen_on_loopback(int& port) {
  for (int tries = 0; tries < 10; ++tries) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (const auto free = bound_to(0))
      ::getsockname(free.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    // Only a port that was asked for by its number stays ours while connections are refused.
    if (auto socket = bound_to(port); socket && ::listen(socket.get(), 64) == 0) return socket;
  }
  throw std::runtime_error("the fault proxy cannot listen");
}

UniqueFd connect_to(int port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return {};
  return socket;
}

bool readable(int socket) {
  pollfd waiting{socket, POLLIN, 0};
  return ::poll(&waiting, 1, patience_ms) > 0;
}

bool write_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Reads until `text` has `size` bytes, or (size npos) the other side ends.
bool read_up_to(int socket, std::string& text, std::size_t size) {
  std::array<char, 65536> bytes{};
  while (text.size() < size) {
    if (!readable(socket)) return false;
    const auto wanted = std::min(bytes.size(), size - text.size());
    const auto count = ::recv(socket, bytes.data(), wanted, 0);
    if (count <= 0) return size == std::string::npos && count == 0;
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return true;
}

/// Reads the head of a request, byte by byte so that nothing of the body is taken.
bool read_head(int socket, std::string& head) {
  while (!head.ends_with("\r\n\r\n") && head.size() < 65536)
    if (!read_up_to(socket, head, head.size() + 1)) return false;
  return head.ends_with("\r\n\r\n");
}

void reset(int socket) {
  const linger at_once{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::size_t content_length(const std::string& head) {
  const auto small = lower(head);
  const auto at = small.find("\r\ncontent-length:");
  if (at == std::string::npos) return 0;
  const auto digits = small.find_first_of("0123456789", at);
  std::size_t length = 0;
  std::from_chars(small.data() + digits, small.data() + small.size(), length);
  return length;
}

/// Takes out a header line, so that another can stand in its place.
std::string without(std::string head, const std::string& name) {
  const auto at = lower(head).find("\r\n" + name + ":");
  if (at != std::string::npos) head.erase(at, head.find("\r\n", at + 2) - at);
  return head;
}

std::string with_header(const std::string& head, const std::string& line) {
  return head.substr(0, head.size() - 2) + line + "\r\n\r\n";
}

Exchange exchange_of(const std::string& head, bool is_result) {
  if (is_result) return Exchange::result;
  if (head.starts_with("POST /image/v1/sharpen")) return Exchange::submit;
  if (head.starts_with("GET /image/v1/status/")) return Exchange::status;
  if (head.starts_with("GET /image/v1/status")) return Exchange::list;
  if (head.starts_with("GET /image/v1/download/")) return Exchange::address;
  if (head.starts_with("DELETE /image/v1/cancel/")) return Exchange::cancel;
  return Exchange::other;
}

std::string answer_of(const Fault& fault) {
  return std::format(
      "HTTP/1.1 {} Fault\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Connection: "
      "close\r\n\r\n{}",
      fault.status, fault.content_type, fault.body.size(), fault.headers, fault.body);
}

/// Gives the service's answer to the client, spoilt.
void pass_on(int client, const Fault& fault, std::string head, std::string body) {
  switch (fault.kind) {
    case FaultKind::delay:
      std::this_thread::sleep_for(fault.pause);
      break;
    case FaultKind::corrupt:
      for (auto i = body.size() / 2; i < std::min(body.size(), body.size() / 2 + 16); ++i)
        body[i] = static_cast<char>(~body[i]);
      break;
    case FaultKind::rewrite:
      if (const auto at = body.find(fault.find); at != std::string::npos)
        body.replace(at, fault.find.size(), fault.body);
      else if (fault.find.empty())
        body = fault.body;
      head = with_header(without(std::move(head), "content-length"),
                         std::format("Content-Length: {}", body.size()));
      break;
    default:
      break;
  }
  head = with_header(without(std::move(head), "connection"), "Connection: close");
  if (fault.kind == FaultKind::truncate) body.resize(body.size() / 2);
  if (fault.kind == FaultKind::drip) {
    for (const char byte : head + body) {
      if (!write_all(client, {&byte, 1})) return;
      std::this_thread::sleep_for(fault.pause);
    }
    return;
  }
  write_all(client, head + body);
  if (fault.kind == FaultKind::duplicate) write_all(client, head + body);
}

}  // namespace

FaultProxy::FaultProxy() {
  api_.socket = listen_on_loopback(api_.port);
  results_.socket = listen_on_loopback(results_.port);
  api_thread_ = std::jthread([this](std::stop_token stop) { accept_all(api_, stop); });
  result_thread_ = std::jthread([this](std::stop_token stop) { accept_all(results_, stop); });
}

FaultProxy::~FaultProxy() {
  disarm();
  api_thread_.request_stop();
  result_thread_.request_stop();
  api_thread_.join();
  result_thread_.join();
}

std::string FaultProxy::api_url() const { return std::format("http://127.0.0.1:{}", api_.port); }
std::string FaultProxy::result_url() const {
  return std::format("http://127.0.0.1:{}", results_.port);
}

void FaultProxy::connect(const std::string& api_url, const std::string& result_url) {
  api_.upstream = std::stoi(api_url.substr(api_url.rfind(':') + 1));
  results_.upstream = std::stoi(result_url.substr(result_url.rfind(':') + 1));
}

void FaultProxy::arm(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

void FaultProxy::disarm() {
  std::unique_lock lock(mutex_);
  faults_.clear();
  ++disarms_;
  disarmed_.notify_all();
  disarmed_.wait(lock, [this] { return refusing_ == 0; });
}

int FaultProxy::count(Exchange exchange) const {
  const std::lock_guard lock(mutex_);
  return counts_.at(static_cast<std::size_t>(exchange));
}

void FaultProxy::on_step(std::function<void()> step) {
  const std::lock_guard lock(mutex_);
  step_ = std::move(step);
}

void FaultProxy::step() {
  std::function<void()> step;
  {
    const std::lock_guard lock(mutex_);
    step = step_;
  }
  if (step) step();
}

Fault FaultProxy::take(Exchange exchange) {
  const std::lock_guard lock(mutex_);
  ++counts_.at(static_cast<std::size_t>(exchange));
  const auto found = std::ranges::find(faults_, exchange, &Fault::exchange);
  if (found == faults_.end()) return {};
  Fault fault = *found;
  if (--found->times <= 0) faults_.erase(found);
  return fault;
}

void FaultProxy::accept_all(Listener& listener, std::stop_token stop) {
  std::vector<std::jthread> workers;
  while (!stop.stop_requested()) {
    pollfd waiting{listener.socket.get(), POLLIN, 0};
    if (::poll(&waiting, 1, 50) <= 0) continue;
    UniqueFd client(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // connections are refused now
      continue;
    }
    workers.emplace_back([this, &listener, client = std::move(client)]() mutable {
      serve(std::move(client), listener.upstream, &listener == &results_);
    });
    if (workers.size() > 256) workers.erase(workers.begin(), workers.begin() + 128);
  }
}

void FaultProxy::serve(UniqueFd client, int upstream, bool is_result) {
  std::string head;
  if (!read_head(client.get(), head)) return;
  const Fault fault = take(exchange_of(head, is_result));
  step();
  if (fault.refuse.count() > 0) refuse();
  spoil(std::move(client), upstream, std::move(head), fault);
  if (fault.refuse.count() > 0) listen_again_after(fault.refuse);
}

/// A socket that does not listen refuses, and keeps its port.
void FaultProxy::refuse() {
  const std::lock_guard lock(mutex_);
  ++refusing_;
  for (const auto* listener : {&api_, &results_}) ::shutdown(listener->socket.get(), SHUT_RDWR);
}

void FaultProxy::listen_again_after(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  disarmed_.wait_for(lock, time, [this, now = disarms_] { return disarms_ != now; });
  if (--refusing_ > 0) return;
  for (const auto* listener : {&api_, &results_}) ::listen(listener->socket.get(), 64);
  disarmed_.notify_all();
}

void FaultProxy::spoil(UniqueFd client, int upstream, std::string head, const Fault& fault) {
  std::string body;
  const auto length = content_length(head);
  if (fault.kind == FaultKind::reset_before_body) return reset(client.get());
  if (fault.kind == FaultKind::reset_in_body) {
    read_up_to(client.get(), body, length / 2);
    return reset(client.get());
  }
  if (!read_up_to(client.get(), body, length)) return reset(client.get());
  step();
  if (fault.kind == FaultKind::reset_after_body) return reset(client.get());
  if (fault.kind == FaultKind::answer) {
    write_all(client.get(), answer_of(fault));
    return;
  }
  const auto service = connect_to(upstream);
  if (!service) return reset(client.get());
  std::string answer;
  write_all(service.get(),
            with_header(without(std::move(head), "connection"), "Connection: close") + body);
  if (!read_up_to(service.get(), answer, std::string::npos)) return reset(client.get());
  step();
  if (fault.kind == FaultKind::lose_answer) return reset(client.get());
  if (fault.kind == FaultKind::answer_instead) {
    write_all(client.get(), answer_of(fault));
    return;
  }
  const auto head_size = answer.find("\r\n\r\n");
  if (head_size == std::string::npos) return reset(client.get());
  pass_on(client.get(), fault, answer.substr(0, head_size + 4), answer.substr(head_size + 4));
  step();
}

}  // namespace sharpen::test
