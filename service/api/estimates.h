#pragma once

#include "base/json.h"
#include "service/api/catalogue.h"
#include "service/core.h"

namespace sharpen::server {

/// The answer to POST /estimate and /estimate-gen. `fields` as for a form. Errors as answers.
[[nodiscard]] Answer estimate(const Fields& fields, bool generative, const Core& core);
/// The same for a JSON object.
[[nodiscard]] Answer estimate_json(const std::string& body, bool generative, const Core& core);
/// POST /estimate-bulk: an array in, an array out.
[[nodiscard]] Answer estimate_bulk(const std::string& body, const Core& core);

}  // namespace sharpen::server
