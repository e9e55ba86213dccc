#pragma once

#include <memory>

#include "service/core.h"
#include "service/http_front.h"
#include "service/routes_topaz.h"

namespace sharpen::server {

/// The first port: checks who asks, then hands on to the API that owns the path.
class ApiOrigin final : public Origin {
 public:
  explicit ApiOrigin(const Core& core) : core_(core), topaz_(core) {}
  [[nodiscard]] Checked<std::unique_ptr<Conversation>> begin(const Request& request) override;
  void decorate(Answer& answer) override;

 private:
  /// Without a key, only programs of this machine may ask, and no web page through a browser.
  Checked<void> check_host(const Request& request) const;
  Checked<void> check_rate();

  const Core& core_;
  TopazRoutes topaz_;
  std::int64_t requests_ = 0;
};

}  // namespace sharpen::server
