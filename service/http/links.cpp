#include "service/http/links.h"

#include <charconv>
#include <format>

#include "service/http/secrets.h"

namespace sharpen::server {
namespace {

constexpr std::string_view word_of(LinkKind kind) {
  return kind == LinkKind::output ? "output" : "input";
}

}  // namespace

Links::Links(std::string base, std::string secret, Clock clock, std::int64_t life_seconds)
    : base_(std::move(base)),
      secret_(std::move(secret)),
      clock_(std::move(clock)),
      life_seconds_(life_seconds) {}

std::string Links::sign(std::string_view method, std::string_view path,
                        std::string_view expires) const {
  return hmac(secret_, std::format("{}\n{}\n{}", method, path, expires));
}

std::string Links::base_for(const std::string& host) const {
  for (const std::string_view all : {"://0.0.0.0", "://[::]"})
    if (const auto at = base_.find(all); at != std::string::npos && !host.empty())
      return base_.substr(0, at + 3) + host + base_.substr(at + all.size());
  return base_;
}

Links::Pair Links::make(LinkKind kind, const std::string& id, const std::string& host) const {
  const std::string base = base_for(host);
  const std::int64_t expiry = clock_() + life_seconds_;
  const std::string path = std::format("/{}/{}", word_of(kind), id);
  const std::string expires = std::to_string(expiry);
  const auto address = [&](std::string_view method) {
    return std::format("{}{}?expires={}&signature={}", base, path, expires,
                       sign(method, path, expires));
  };
  return {address("GET"), address("HEAD"), expiry};
}

std::expected<Links::Target, Links::Refusal> Links::check(std::string_view method,
                                                          std::string_view path,
                                                          std::string_view expires,
                                                          std::string_view signature) const {
  const bool for_get = equal_in_constant_time(signature, sign("GET", path, expires));
  const bool for_head = equal_in_constant_time(signature, sign("HEAD", path, expires));
  if (!for_get && !(for_head && method == "HEAD")) return std::unexpected(Refusal::forged);
  std::int64_t expiry = 0;
  std::from_chars(expires.data(), expires.data() + expires.size(), expiry);
  if (clock_() >= expiry) return std::unexpected(Refusal::expired);
  for (const LinkKind kind : {LinkKind::output, LinkKind::input}) {
    const std::string prefix = std::format("/{}/", word_of(kind));
    if (path.starts_with(prefix)) return Target{kind, std::string(path.substr(prefix.size()))};
  }
  return std::unexpected(Refusal::unknown);
}

}  // namespace sharpen::server
