#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace sharpen::test {

/// Which exchange of a job a request belongs to.
enum class Exchange { submit, status, list, address, cancel, result, other };

/// What goes wrong in one exchange.
enum class FaultKind {
  none,
  reset_before_body,  ///< broken off when the head of the request has come
  reset_in_body,      ///< … half of its body
  reset_after_body,   ///< … all of it, but the service never sees it
  lose_answer,        ///< the service gets it and answers, the answer is lost
  delay,              ///< the answer comes late
  drip,               ///< … byte by byte
  truncate,           ///< half of the body, though its length was announced
  duplicate,          ///< the answer comes twice
  corrupt,            ///< bytes in the middle of the body are changed
  answer,             ///< another answer; the service never sees the request
  answer_instead,     ///< the service gets it, but another answer is given
  rewrite,            ///< `find` in the body becomes `body`
};

struct Fault {
  Exchange exchange = Exchange::status;
  FaultKind kind = FaultKind::none;
  int times = 1;   ///< how many of the exchanges it spoils
  int status = 0;  ///< of answer and answer_instead
  std::string body = {}, content_type = "application/json";
  std::string headers = {};  ///< further lines, each with its line end
  std::string find = {};
  std::chrono::microseconds pause{0};  ///< of delay, and for each byte of drip
  /// Connections are refused for so long from the end of the exchange on.
  std::chrono::milliseconds refuse{0};
};

/// Stands between a client and a sharpen-service, one listener for each of its two origins, and
/// spoils what it is told to. One exchange for each connection, each in a thread of its own.
class FaultProxy {
 public:
  FaultProxy();
  ~FaultProxy();

  [[nodiscard]] std::string api_url() const;
  [[nodiscard]] std::string result_url() const;  ///< for the service's --public-url
  /// Where the service listens ("http://127.0.0.1:PORT").
  void connect(const std::string& api_url, const std::string& result_url);

  void arm(Fault fault);
  void disarm();
  /// How many exchanges of a sort came, spoilt or not.
  [[nodiscard]] int count(Exchange exchange) const;
  /// Called in the exchange's thread at each of its steps: head, body, answer, end.
  void on_step(std::function<void()> step);

 private:
  struct Listener {
    UniqueFd socket;
    int port = 0;
    std::atomic<int> upstream = 0;
  };
  void accept_all(Listener& listener, std::stop_token stop);
  void serve(UniqueFd client, int upstream, bool is_result);
  void spoil(UniqueFd client, int upstream, std::string head, const Fault& fault);
  void refuse();
  void listen_again_after(std::chrono::milliseconds time);
  void step();
  [[nodiscard]] Fault take(Exchange exchange);

  Listener api_, results_;
  mutable std::mutex mutex_;
  std::condition_variable disarmed_;
  std::deque<Fault> faults_;
  int disarms_ = 0;
  int refusing_ = 0;  ///< how many exchanges want connections refused
  std::array<int, 7> counts_{};
  std::function<void()> step_;
  std::vector<std::jthread> workers_;
  std::jthread api_thread_, result_thread_;
};

}  // namespace sharpen::test
