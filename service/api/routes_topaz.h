#pragma once

#include <map>
#include <memory>
#include <string>

#include "service/api/form.h"
#include "service/core.h"
#include "service/http/http_front.h"
#include "service/testing/faults.h"

namespace sharpen::server {

/// The Topaz Image API below /image/v1 and /account/v1.
class TopazRoutes {
 public:
  TopazRoutes(const Core& core, Faults& faults) : core_(core), faults_(faults) {}

  [[nodiscard]] static bool owns(std::string_view path);
  /// The key was checked before.
  [[nodiscard]] Checked<std::unique_ptr<RequestHandler>> begin(const Request& request);

 private:
  Checked<std::unique_ptr<RequestHandler>> begin_submit(const Request& request, bool generative);
  Checked<std::unique_ptr<RequestHandler>> begin_estimate(const Request& request, bool generative);
  Checked<std::unique_ptr<RequestHandler>> begin_with_id(const Request& request);
  void submit(Form form, bool generative, const std::string& owner, const Reply& reply);
  Checked<SourcePicture> source_of(Form& form, const std::string& owner);
  Answer status(const std::string& id, const std::string& owner);
  Answer submitted(const Job& job) const;
  /// How often a status was asked for, if a behaviour wants to know.
  int count_poll(const std::string& id);
  Answer list(const Request& request) const;
  Answer remove(const std::string& id, const std::string& owner);
  Answer remove_all(const std::string& owner);
  Answer cancel(const std::string& id, const std::string& owner);
  Answer download(const Request& request, const std::string& id) const;
  Answer download_input(const Request& request, const std::string& id) const;
  Answer link_answer(LinkKind kind, const std::string& id, const std::string& host) const;
  Answer balance() const;
  Answer charges() const;

  const Core& core_;
  Faults& faults_;
  std::map<std::string, int> polls_;  ///< status requests by job, for behaviours that count them
};

}  // namespace sharpen::server
