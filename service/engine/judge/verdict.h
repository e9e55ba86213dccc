#pragma once

#include <vector>

#include "service/engine/estimate/edge_spread.h"
#include "service/engine/estimate/estimate.h"
#include "service/engine/judge/trial.h"

namespace sharpen::engine {

/// What is known of a picture's blur before anything is undone.
struct Evidence {
  Estimate encoded, linear;  ///< from the same blocks, of encoded and of linear values
  int blocks = 0;            ///< how many
  bool jpeg = false;         ///< with a known quantisation
  double harmonics = 0;      ///< of a Gauss, see measure_harmonics(); 0 for a JPEG
  EdgeSpread edges;          ///< none for a JPEG
  double beyond = 0;         ///< of a Gauss undone in encoded values, see Trial
};

/// The explanations that are sure enough to act upon, of one family and about one size: none, or
/// one for each domain that may be the true one.
[[nodiscard]] std::vector<Candidate> explanations(const Evidence& evidence, const Search& search);

}  // namespace sharpen::engine
