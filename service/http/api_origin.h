#pragma once

#include <memory>
#include <optional>
#include <string>

#include "service/api/routes_aimlapi.h"
#include "service/api/routes_topaz.h"
#include "service/core.h"
#include "service/http/http_front.h"
#include "service/testing/faults.h"

namespace sharpen::server {

/// The first port: checks who asks, then hands on to the API that owns the path.
class ApiOrigin final : public Origin {
 public:
  explicit ApiOrigin(const Core& core)
      : core_(core),
        faults_(core.options.behaviours),
        topaz_(core, faults_),
        aimlapi_(core, faults_) {}
  [[nodiscard]] Checked<std::unique_ptr<RequestHandler>> begin(const Request& request) override;
  void decorate(Answer& answer) override;

 private:
  /// Without a key, only programs of this machine may ask, and no web page through a browser.
  [[nodiscard]] static Checked<void> check_host(const Request& request);
  /// The name of the key, for which each API has its own header; none if it is wrong.
  [[nodiscard]] std::optional<std::string> owner_of(const Request& request) const;
  [[nodiscard]] Answer error(unsigned status, const std::string& path) const;

  const Core& core_;
  Faults faults_;
  TopazRoutes topaz_;
  AimlapiRoutes aimlapi_;
};

}  // namespace sharpen::server
