#include "service/store/redis.h"

#include <gio/gio.h>
#include <hiredis/hiredis.h>

#include <charconv>
#include <utility>

#include "base/glib_error.h"

namespace sharpen::server {
namespace {

constexpr timeval connect_patience{.tv_sec = 0, .tv_usec = 500'000};
constexpr timeval answer_patience{.tv_sec = 2, .tv_usec = 0};
constexpr std::int64_t pause_between_tries = G_USEC_PER_SEC;

struct FreeUri {
  void operator()(GUri* uri) const { g_uri_unref(uri); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

RedisReply reply_from(const redisReply& reply) {
  RedisReply answer;
  if (reply.type == REDIS_REPLY_INTEGER)
    answer.text = std::to_string(reply.integer);
  else if (reply.type == REDIS_REPLY_ARRAY)
    for (const redisReply* each : std::span(reply.element, reply.elements))
      answer.list.push_back(reply_from(*each));
  else if (reply.type != REDIS_REPLY_NIL)
    answer.text.emplace(reply.str, reply.len);
  return answer;
}

}  // namespace

Result<RedisAddress> RedisAddress::from(const std::string& url) {
  // It may have a password in it, and what is said here goes to the system's log.
  const auto wrong =
      fail(ErrorKind::bad_argument, "--queue is not the address of a Redis server.",
           "Write for example --queue redis://queue.example.org:6379, and a password into a file "
           "for --queue-password-file.");
  const std::unique_ptr<GUri, FreeUri> uri(g_uri_parse(url.c_str(), G_URI_FLAGS_NONE, nullptr));
  if (!uri || std::string_view(g_uri_get_scheme(uri.get())) != "redis") return wrong;
  RedisAddress address;
  if (const char* host = g_uri_get_host(uri.get())) address.host = host;
  if (const char* user = g_uri_get_userinfo(uri.get())) address.user = user;
  if (const int port = g_uri_get_port(uri.get()); port > 0) address.port = port;
  const std::string_view path = g_uri_get_path(uri.get());
  if (address.host.empty() || address.user.contains(':')) return wrong;
  if (path.size() > 1) {
    const auto [end, error] = std::from_chars(path.begin() + 1, path.end(), address.database);
    if (error != std::errc() || end != path.end()) return wrong;
  }
  return address;
}

std::int64_t RedisReply::number() const {
  std::int64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

void Redis::Free::operator()(redisContext* context) const { redisFree(context); }

Redis::Redis(RedisAddress address) : address_(std::move(address)) {}
Redis::~Redis() = default;

Result<RedisReply> Redis::run(std::span<const std::string> words) {
  // A connection that was idle may have been lost long ago.
  for (bool may_be_stale = context_ != nullptr;; may_be_stale = false) {
    if (!context_)
      if (auto connected = connect(); !connected) return std::unexpected(connected.error());
    auto reply = send(words);
    if (reply || context_) return reply;
    if (!may_be_stale) {
      rest(reply.error().message);
      return reply;
    }
  }
}

Result<void> Redis::connect() {
  if (g_get_monotonic_time() < next_try_) return fail(ErrorKind::io, why_);
  auto opened = open();
  if (!opened) {
    context_.reset();
    rest(opened.error().message);
  }
  return opened;
}

void Redis::rest(const std::string& why) {
  why_ = why;
  next_try_ = g_get_monotonic_time() + pause_between_tries;
}

Result<void> Redis::open() {
  context_.reset(redisConnectWithTimeout(address_.host.c_str(), address_.port, connect_patience));
  if (!context_ || context_->err != 0)
    return fail(ErrorKind::io, context_ ? context_->errstr : "There is no memory left.");
  redisSetTimeout(context_.get(), answer_patience);
  redisEnableKeepAlive(context_.get());
  std::vector<std::string> login = {"AUTH"};
  if (!address_.user.empty()) login.push_back(address_.user);
  login.push_back(address_.password);
  if (!address_.password.empty())
    if (auto known = send(login); !known) return std::unexpected(known.error());
  if (address_.database != 0) {
    const std::vector<std::string> select = {"SELECT", std::to_string(address_.database)};
    if (auto chosen = send(select); !chosen) return std::unexpected(chosen.error());
  }
  return {};
}

Result<RedisReply> Redis::send(std::span<const std::string> words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(redisCommandArgv(
      context_.get(), static_cast<int>(words.size()), texts.data(), sizes.data())));
  if (!reply) {
    auto lost = fail(ErrorKind::io, context_->errstr);
    context_.reset();
    return lost;
  }
  if (reply->type == REDIS_REPLY_ERROR)
    return fail(ErrorKind::io, std::string(reply->str, reply->len));
  return reply_from(*reply);
}

}  // namespace sharpen::server
