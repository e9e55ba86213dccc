#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "client/providers/models.h"

namespace sharpen {

/// Faces are changed by both services unless told not to, so Off is the default and is always sent.
enum class FaceEnhancement { off, on, automatic };
enum class SubjectDetection { automatic, all, foreground, background };
/// What is undone, by hand: whatever the service finds, a missed focus, a straight motion, a lens
/// that is not crisp, a shaken camera.
enum class BlurKind { automatic, defocus, motion, softness, shake };

/// Everything that a user chooses for one run, as plain values.
struct Settings {
  std::string service = "automatic";  ///< automatic, this-computer, topaz, aimlapi, own-server
  std::string service_url;            ///< base address; for own-server (others: official if empty)
  std::string model = std::string(default_model);  ///< or "other:STRING"
  /// By ParameterId; empty = Auto = not sent.
  std::array<std::optional<double>, parameter_count> values;
  FaceEnhancement face_enhancement = FaceEnhancement::off;
  SubjectDetection subject_detection = SubjectDetection::automatic;
  BlurKind blur = BlurKind::automatic;
  bool protect_sharp = true;       ///< sharp parts stay as they are when a blur is undone by hand
  std::optional<double> max_cost;  ///< in the service's own unit; empty = no limit

  [[nodiscard]] std::optional<double>& value(ParameterId id) {
    return values[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const std::optional<double>& value(ParameterId id) const {
    return values[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] bool operator==(const Settings&) const = default;
};

/// Checks every word and number against the tables, before anything is sent: unknown service or
/// model, a value outside its model's range, a value for a parameter that the model does not take
/// and that is not Auto. The message names the argument and what is allowed. Where `service` (or
/// the settings' own word) says which service it is, also against what that one has. Values for
/// faces are allowed while face enhancement is off, and protect_sharp while no blur is chosen: they
/// are not sent then. Errors: bad_argument.
[[nodiscard]] Result<void> check(const Settings& settings, std::optional<ServiceKind> service = {});

/// Whether they differ at most in how much of one result goes into the picture (strength, grain): a
/// service that still has that result is soon ready.
[[nodiscard]] bool differ_in_amount_only(const Settings& a, Settings b);

/// A sentence for a script that names a model which will fail, so that it is changed in time; empty
/// if it does not.
[[nodiscard]] std::string withdrawal_of(const Settings& settings);

/// Whether a parameter means anything while this is undone: the size of a blur needs its kind.
[[nodiscard]] bool is_for(ParameterId id, BlurKind blur);

/// The argument words of the procedure ("off", "on", "auto"; "auto", "all", …) and back.
[[nodiscard]] Result<FaceEnhancement> face_enhancement_from(std::string_view word);
[[nodiscard]] Result<SubjectDetection> subject_detection_from(std::string_view word);
[[nodiscard]] Result<BlurKind> blur_from(std::string_view word);
[[nodiscard]] Result<bool> protect_sharp_from(std::string_view word);
[[nodiscard]] std::string_view word_of(FaceEnhancement value);
[[nodiscard]] std::string_view word_of(SubjectDetection value);
[[nodiscard]] std::string_view word_of(BlurKind value);
[[nodiscard]] std::string_view protect_sharp_word(bool value);

/// The service's own model string: without "other:".
[[nodiscard]] std::string wire_model(const Settings& settings);

/// For the journal, presets and the result's parasite. Never holds a key.
[[nodiscard]] std::string to_json(const Settings& settings);
[[nodiscard]] Result<Settings> settings_from_json(std::string_view text);

}  // namespace sharpen
