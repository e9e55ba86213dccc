#pragma once

#include <gio/gio.h>

#include <map>
#include <memory>
#include <string>

namespace sharpen::server {

/// How many connections each address has, so that one cannot have them all. Of IPv6, what one
/// network is given (/64) counts as an address.
class ConnectionLimit {
 public:
  /// 0: any number.
  explicit ConnectionLimit(unsigned most) : most_(most) {}

  /// Counts a connection until its socket is gone. False if it is one too many.
  [[nodiscard]] bool admit(GSocket* socket) const;

 private:
  class Counted;
  using Counts = std::map<std::string, unsigned>;
  unsigned most_;
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace sharpen::server
