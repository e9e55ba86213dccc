#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "service/clock.h"

namespace sharpen::server {

/// Which file of a job an address is for.
enum class LinkKind { output, input };

/// Makes and checks addresses that need no key: they carry their end and a signature (HMAC-SHA256
/// with a secret).
class Links {
 public:
  /// `base` is the download origin, for example "http://127.0.0.1:4711". One that names all
  /// addresses of this machine ("http://0.0.0.0:4711") takes the name that a client asks for.
  Links(std::string base, std::string secret, Clock clock, std::int64_t life_seconds);

  struct Pair {
    std::string download_url, head_url;
    std::int64_t expiry = 0;  ///< Unix seconds
  };
  /// `host` is the name by which the client reached us.
  [[nodiscard]] Pair make(LinkKind kind, const std::string& id, const std::string& host) const;

  /// What a request to the download origin was signed for.
  struct Target {
    LinkKind kind = LinkKind::output;
    std::string id;
  };
  enum class Refusal { unknown, forged, expired };
  /// `method` is GET or HEAD; the address for HEAD does not allow GET.
  [[nodiscard]] std::expected<Target, Refusal> check(std::string_view method, std::string_view path,
                                                     std::string_view expires,
                                                     std::string_view signature) const;

 private:
  [[nodiscard]] std::string base_for(const std::string& host) const;
  [[nodiscard]] std::string sign(std::string_view method, std::string_view path,
                                 std::string_view expires) const;

  std::string base_, secret_;
  Clock clock_;
  std::int64_t life_seconds_;
};

}  // namespace sharpen::server
