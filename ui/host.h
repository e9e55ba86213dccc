#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/spool_file.h"
#include "client/jobs/job.h"
#include "client/providers/settings.h"

namespace sharpen {

/// A box in pixels of a layer's sent area.
struct Rectangle {
  int x = 0, y = 0, width = 0, height = 0;
};

/// 8-bit sRGB pixels for the screen, three bytes each, rows without padding.
struct ScreenPixels {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
  std::vector<std::uint8_t> alpha = {};  ///< one byte each; empty: all are opaque
};

/// The answer of a service as the screen shows it, read from the top down.
class Answer {
 public:
  virtual ~Answer() = default;
  /// The next rows, `most` or fewer, in full width; none at the end. Errors: bad_picture, io.
  [[nodiscard]] virtual Result<ScreenPixels> next(int most) = 0;
};

/// Called often while pixels are copied, so that windows can react; an error ends the copying. May
/// be empty.
using ProcessEvents = std::function<Result<void>()>;

/// One layer that a run works on, as the dialog needs to know it.
struct Source {
  std::string layer_name;               ///< of the layer that is sent
  std::uint32_t width = 0, height = 0;  ///< of the area that is sent (selection and margin), pixels
  bool has_selection = false;
  /// The settings stored on an earlier result, if this layer is one…
  std::optional<Settings> earlier;
  /// …and whether its original is still there, to be sharpened again.
  bool can_redo = false;
};

/// An export under way: call step() from an idle callback until it is done. Steps take < 50 ms.
class Export {
 public:
  virtual ~Export() = default;
  /// Encodes the next band. True when the file is complete.
  [[nodiscard]] virtual Result<bool> step() = 0;
  [[nodiscard]] virtual double fraction() const = 0;
  /// After the last step: the file and what it is. The file belongs to the caller.
  [[nodiscard]] virtual Upload finish() = 0;
  [[nodiscard]] virtual LayerOrigin origin() const = 0;
};

/// What the dialog asks of GIMP: implemented in plugin/, called on the main thread only.
class Host {
 public:
  virtual ~Host() = default;
  [[nodiscard]] virtual const std::vector<Source>& sources() const = 0;

  /// The sent area of a source, scaled down to at most `max_side` pixels (1024), without effects.
  [[nodiscard]] virtual Result<ScreenPixels> thumbnail(std::size_t source, int max_side) = 0;
  /// A part of the sent area at 100 %, as the screen shows it.
  [[nodiscard]] virtual Result<ScreenPixels> region(std::size_t source, Rectangle box) = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<Answer>> open_answer(std::size_t source,
                                                                    const JobResult& result) = 0;

  /// From now on earlier results are replaced by new ones, made from their originals (or not).
  virtual void work_on_originals(bool originals) = 0;

  /// From now on gray layers travel as RGB, for a service that refuses gray. False: there are none,
  /// or they do so already.
  virtual bool send_gray_as_rgb() { return false; }

  /// Starts the export of a source, or of a box of it.
  [[nodiscard]] virtual Result<std::unique_ptr<Export>> begin_export(
      std::size_t source, std::optional<Rectangle> box = {}) = 0;

  /// One finished job to be placed.
  struct Placement {
    std::size_t source;
    Settings settings;
    JobResult* result;
  };
  struct PlaceOptions {
    std::string output_name;
    bool keep_source_visible = false;
    bool group = false;          ///< results of several models as siblings in a new layer group
    bool redo_original = false;  ///< the source is an earlier result: replace it
    /// Nobody sees the image; a script that hears of a failure throws it away. So place() fails if
    /// it cannot place all, and the journal keeps what was paid for.
    bool unattended = false;
    bool others_failed = false;  ///< of the same run, so that an unattended one fails
    bool keep_jobs = false;      ///< the caller finishes them, when the image is in a file
    ProcessEvents process_events = {};
  };
  /// Inserts the results as layers, one undo step for all, then notes it in the journal
  /// (placed_job()).
  /// Returns sentences that the user should read (8 bits came back, values clipped, image closed
  /// so that a new one was opened, …).
  [[nodiscard]] virtual Result<std::vector<std::string>> place(std::vector<Placement> placements,
                                                               const PlaceOptions& options) = 0;
};

}  // namespace sharpen
