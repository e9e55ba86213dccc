#include "service/http/links.h"

#include <glib.h>
#include <sys/random.h>

#include <cerrno>
#include <charconv>
#include <format>
#include <system_error>

#include "base/glib_error.h"

namespace sharpen::server {
namespace {

constexpr std::string_view word_of(LinkKind kind) {
  return kind == LinkKind::output ? "output" : "input";
}

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t filled = 0; filled < count;) {
    const ssize_t got = ::getrandom(bytes.data() + filled, count - filled, 0);
    if (got < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category());
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string hmac(std::string_view secret, std::string_view text) {
  return OwnedChars(g_compute_hmac_for_data(
                        G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(secret.data()),
                        secret.size(), reinterpret_cast<const guchar*>(text.data()), text.size()))
      .get();
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  // Digests have one length, whatever the lengths of the secrets.
  const std::string once = random_bytes(32);
  const std::string a = hmac(once, left), b = hmac(once, right);
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned>(a[i]) ^ static_cast<unsigned>(b[i]);
  return difference == 0;
}

Links::Links(std::string base, Clock clock, std::int64_t life_seconds)
    : base_(std::move(base)),
      secret_(random_bytes(32)),
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
