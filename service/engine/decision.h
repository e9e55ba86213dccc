#pragma once

#include <array>
#include <optional>
#include <stop_token>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/engine.h"
#include "service/engine/judge/analysis.h"
#include "service/engine/learned/learned.h"
#include "service/engine/models.h"

namespace sharpen::engine {

/// What is to be done to a picture, and why.
struct Decision {
  Analysis found;
  Outcome outcome = Outcome::sharp;
  bool learned = false;   ///< undone by the trained network, else by the found blur
  bool protects = false;  ///< by hand: what the network calls sharp stays as it is
  BlurLook look;          ///< what the network says, if it was asked
};

/// Whether and how a picture is blurred. A blur that the estimate is sure of is undone by what was
/// found; else the network decides. `judge` is loaded if it is needed, also for the map of sharp
/// parts that a blur by hand leaves alone. Errors: io; cancelled; internal.
[[nodiscard]] Result<Decision> decide(const PixelStore& picture, const ModelTraits& model,
                                      const Settings& settings,
                                      const std::array<ToneCurve, 3>& tones, unsigned threads,
                                      std::optional<LearnedJudge>& judge,
                                      const std::stop_token& stop);

/// What is said of it. `changed`: whether pixels were changed; `subject`: whether the subject that
/// was asked for was found, if one was.
[[nodiscard]] Report report_of(const Decision& decision, bool changed, bool subject);

}  // namespace sharpen::engine
