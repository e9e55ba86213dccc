#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "service/core.h"
#include "service/http/data_uri_reader.h"
#include "service/http/http_front.h"
#include "service/testing/faults.h"

namespace sharpen::server {

/// The AI/ML API's two paths: POST /v1/images/generations, which answers with the result, and
/// GET /v2/billing.
class AimlapiRoutes {
 public:
  AimlapiRoutes(const Core& core, Faults& faults) : core_(core), faults_(faults) {}

  [[nodiscard]] static bool owns(std::string_view path);
  /// The key was checked before.
  [[nodiscard]] Checked<std::unique_ptr<RequestHandler>> begin(const Request& request);
  /// An error in this API's own form, with its documented sentence if `message` is empty.
  [[nodiscard]] Answer error(unsigned status, std::string_view path,
                             std::string_view message = {}) const;

  /// Starts the job of a complete request; the reply is sent when it ends.
  void generate(const Request& request, DataUriReader::Body body, const Reply& reply);

 private:
  /// A reply that is due when its job ends, or at a deadline.
  struct Due;
  void watch(const std::shared_ptr<Due>& due, const std::string& job_id, const Request& request);
  Checked<JobSpec> spec_of(const Json& json) const;
  Answer result(const Request& request, const Job& job) const;
  Answer billing() const;
  /// Turns a refusal of the Topaz form into this one.
  Answer translate(const Answer& refusal, std::string_view path) const;

  const Core& core_;
  Faults& faults_;
};

}  // namespace sharpen::server
