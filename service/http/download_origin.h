#pragma once

#include <memory>

#include "service/core.h"
#include "service/http/http_front.h"

namespace sharpen::server {

/// The second port: pictures by presigned addresses, and nothing else. Like the storage hosts of
/// the vendors it knows no keys: a request that carries one is refused, since it leaked.
class DownloadOrigin final : public Origin {
 public:
  explicit DownloadOrigin(const Core& core) : core_(core) {}
  [[nodiscard]] Checked<std::unique_ptr<RequestHandler>> begin(const Request& request) override;

 private:
  Answer answer(const Request& request) const;
  const Core& core_;
};

}  // namespace sharpen::server
