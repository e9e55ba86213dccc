#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

struct redisContext;

namespace sharpen::server {

/// Where a Redis or Valkey listens.
struct RedisAddress {
  std::string host, user, password;
  int port = 6379, database = 0;

  /// Reads "redis://[user@]host[:port][/database]". Errors: bad_argument.
  [[nodiscard]] static Result<RedisAddress> from(const std::string& url);
};

/// What Redis answers: text or a number (as text), nothing, or a list of answers.
struct RedisReply {
  std::optional<std::string> text;
  std::vector<RedisReply> list;

  [[nodiscard]] std::int64_t number() const;  ///< 0 if it is none
};

/// A connection, made when it is needed and again when it is lost. Waits two seconds for an answer;
/// while nobody answers it tries once a second, and fails at once in between.
class Redis {
 public:
  explicit Redis(RedisAddress address);
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;
  ~Redis();

  /// Runs a command; once more if the connection was lost, so it may have been run twice.
  /// Errors: io.
  [[nodiscard]] Result<RedisReply> run(std::span<const std::string> words);
  [[nodiscard]] Result<RedisReply> run(std::initializer_list<std::string> words) {
    return run(std::span(words.begin(), words.size()));
  }

 private:
  struct Free {
    void operator()(redisContext* context) const;
  };
  Result<void> connect();
  /// Tries nothing for a while.
  void rest(const std::string& why);
  Result<void> open();
  /// Lets go of the connection if it is lost.
  Result<RedisReply> send(std::span<const std::string> words);

  RedisAddress address_;
  std::unique_ptr<redisContext, Free> context_;
  std::int64_t next_try_ = 0;  ///< monotonic time in microseconds
  std::string why_;            ///< the last try failed
};

}  // namespace sharpen::server
