#pragma once

#include <string>

#include "client/providers/models.h"

namespace sharpen {

/// What is wrong with a picture, and which model is for that.
struct Suggestion {
  std::string text;                 ///< a sentence or two for the user
  const Model* model = nullptr;     ///< null: nothing needs to be sharpened
  bool needs_paid_service = false;  ///< more than this computer can undo
};

/// By the `options_json` of a job on this computer (docs/service-contract.md, "Status").
[[nodiscard]] Suggestion suggestion_from(const std::string& options_json);

}  // namespace sharpen
