#pragma once

#include <optional>
#include <string>

#include "client/providers/settings.h"

namespace sharpen {

/// What sharpen-service made of a picture.
enum class BlurOutcome {
  sharp,   ///< there is no blur, and nothing was changed
  left,    ///< there is blur, but nothing that can be undone safely
  undone,  ///< a blur was undone
  edges,   ///< no blur was undone, but edges were emphasised
};

/// What sharpen-service found in a picture, in the terms of a blur by hand.
struct FoundBlur {
  BlurOutcome outcome = BlurOutcome::sharp;
  BlurKind kind = BlurKind::automatic;  ///< automatic if there is none that has a name
  double size = 0;                      ///< as blur_size, but of any size
  double angle = 0;                     ///< as blur_angle
  bool varies = false;                  ///< across the picture
  bool no_subject = false;              ///< the subject that was asked for was not found
  double part = 1;                      ///< of the picture that is blurred
  double noise = 0;                     ///< steps of 1/255
};

/// By the `options_json` of a status (docs/service-contract.md, "Status"); empty if it says
/// nothing of a blur, as other services'.
[[nodiscard]] std::optional<FoundBlur> found_blur(const std::string& options_json);

/// The sentence in which a service says the same to people, on one line; empty if there is none.
[[nodiscard]] std::string summary_in(const std::string& options_json);

}  // namespace sharpen
