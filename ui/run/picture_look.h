#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/glib_source.h"
#include "client/home.h"
#include "client/jobs/job.h"
#include "ui/host.h"
#include "ui/run/background.h"

namespace sharpen {

/// Has the service on this computer look for blur in a picture: nothing is sent away, and nothing
/// is paid.
class PictureLook {
 public:
  /// The `options_json` of the look (docs/service-contract.md, "Status").
  using Done = std::function<void(const Result<std::string>&)>;
  PictureLook(Host& host, Home home) : host_(host), home_(std::move(home)) {}

  /// Looks at a part of a source; an earlier look is given up.
  void start(std::size_t source, Rectangle box, Done done);
  void stop();

 private:
  void step_export();
  void ask(Upload upload, const LayerOrigin& origin);

  Host& host_;
  Home home_;
  Done done_;
  std::unique_ptr<Export> export_;
  EventSource exporting_;
  Background asking_;
};

}  // namespace sharpen
