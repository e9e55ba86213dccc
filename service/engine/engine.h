#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "image/picture.h"

namespace sharpen::engine {

/// Which parts of the picture a run may change.
enum class Subject { all, foreground, background };

/// What to undo: chosen from the picture, or by hand.
enum class BlurKind { automatic, defocus, motion, softness, shake };
/// "auto", "defocus", "motion", "softness" or "shake"; anything else is auto.
[[nodiscard]] BlurKind blur_kind(std::string_view word);

/// What became of a picture.
enum class Outcome {
  sharp,   ///< its edges are sharp: it came back as it was
  undone,  ///< a blur was undone, or edges were emphasised as asked
  left,    ///< it is blurred, but nothing can be undone safely: it came back as it was
};
[[nodiscard]] std::string_view name_of(Outcome outcome);

/// A box in pixels of the source picture.
struct Crop {
  std::uint32_t x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Crop&) const = default;
};

/// Settings of one run. An empty optional is Auto: chosen from the picture.
struct Settings {
  std::string model = "Lens Blur V2";      ///< a Topaz model string; see offers()
  std::optional<double> strength;          ///< 0.01 … 1
  std::optional<double> minor_denoise;     ///< 0.01 … 1
  std::optional<double> denoise_strength;  ///< 0 … 1
  Subject subject = Subject::all;
  BlurKind blur = BlurKind::automatic;
  std::optional<double> blur_size;   ///< radius, length or standard deviation, 0.3 … 60 pixels
  std::optional<double> blur_angle;  ///< of a motion, in degrees
  std::optional<double> blur_edge;   ///< how soft the rim of a defocus is, in pixels
  double keep_grain = 0;             ///< 0 … 1 of the noise that was taken out
  bool protect_sharp = true;         ///< sharp parts stay when a blur is undone by hand
  std::optional<Crop> crop;  ///< only this box is computed and returned; estimates use the whole
  bool fast = false;         ///< the fast preset (previews)
  unsigned threads = 0;      ///< 0 = as many as the machine has cores
  bool operator==(const Settings&) const = default;
};

class Recent;

/// What was found and done, for the status' options_json and for the user.
struct Report {
  Outcome outcome = Outcome::sharp;
  std::string summary;        ///< English, "defocus, radius 4.1 px, noise 1.2"
  std::string family;         ///< "none", "disk", "gauss", "motion", "shake" or "mixed"
  double size = 0;            ///< radius, sigma or length in pixels; of "mixed" the mean radius
  double angle = 0;           ///< degrees, motion only
  double noise = 0;           ///< standard deviation in steps of 1/255
  double confidence = 0;      ///< 0 … 1
  double part = 1;            ///< of the detailed parts that are blurred, 0 … 1
  bool linear_light = false;  ///< the domain in which the blur was undone
  bool changed = false;       ///< false: the picture came back as it was
  bool subject_found = true;  ///< false: the one that was asked for does not stand out
};

/// Called with 0 … 1, from one thread at a time.
using Progress = std::function<void(double)>;

/// Whether this engine has the model.
[[nodiscard]] bool offers(std::string_view model);

/// Sharpens `input` (PNG, JPEG or TIFF) into a new file `output` of the same size, channels, bits
/// and profile. A large picture takes as much space beside the output meanwhile. With `recent` the
/// next job on the same file is faster. Errors: refused (model not offered), bad_picture,
/// too_large, io, cancelled.
[[nodiscard]] Result<Report> sharpen_file(const std::filesystem::path& input,
                                          const std::filesystem::path& output, FileFormat format,
                                          const Settings& settings, const Progress& progress,
                                          std::stop_token stop, Recent* recent = nullptr);

}  // namespace sharpen::engine
