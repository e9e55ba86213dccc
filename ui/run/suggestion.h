#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client/home.h"
#include "client/jobs/job.h"
#include "ui/host.h"
#include "ui/run/background.h"

namespace sharpen {

/// What is wrong with a picture, and which model is for that.
struct Suggestion {
  std::string text;                 ///< a sentence or two for the user
  const Model* model = nullptr;     ///< null: nothing needs to be sharpened
  bool needs_paid_service = false;  ///< more than this computer can undo
};

/// By the `options_json` of a job on this computer (docs/service-contract.md, "Status").
[[nodiscard]] Suggestion suggestion_from(const std::string& options_json);

/// Has the service on this computer look at a picture: nothing is sent away, and nothing is paid.
class ModelSuggester {
 public:
  using Done = std::function<void(const Result<Suggestion>&)>;
  ModelSuggester(Host& host, Home home) : host_(host), home_(std::move(home)) {}

  /// Looks at a source; an earlier look is given up.
  void start(std::size_t source, Done done);
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
