#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "client/providers/settings.h"
#include "plugin/export/selection.h"
#include "plugin/export/source_snapshot.h"
#include "plugin/place/layer_attributes.h"
#include "plugin/place/layer_import.h"

namespace sharpen {

/// A result and where it belongs.
struct PlaceRequest {
  GimpImage* image = nullptr;
  GimpLayer* source = nullptr;    ///< null if it was deleted while waiting
  GimpLayer* replaced = nullptr;  ///< an earlier result: its place and look are taken, it stays
  /// Of the source when it was sent; where that would lie now if its size was changed.
  LayerAttributes attributes;
  Rectangle box;  ///< what was sent, in pixels of the source
  const SourceSnapshot* snapshot = nullptr;
  const KeptSelection* selection = nullptr;  ///< null: the whole layer was sent
  std::filesystem::path answer;
  std::string name;
  Settings settings;
  std::string job;  ///< its upload name
  bool keep_source_visible = false;
  ProcessEvents process_events = {};
};

/// Whether GIMP still has the image and the layers of a request.
[[nodiscard]] bool is_there(const PlaceRequest& request);

/// The request's ProcessEvents, which also ends the work when its layer or image is gone.
[[nodiscard]] ProcessEvents watching(const PlaceRequest& request);

/// A result as a layer with all its pixels that is in no image yet; discarded if it gets in none.
/// Without a selection it has the source's size and, where two layers would look different from
/// one, takes the source's place. With a selection it is a layer of the sent box, masked by the
/// selection, above the visible source; where that would show it twice (a mode, an opacity, an
/// effect, pixels or a mask in between) it is a copy of the whole source instead, changed where it
/// is selected. What can fail has been done, so that an image is either changed wholly or not at
/// all.
class NewLayer {
 public:
  /// Errors: bad_picture, io, gimp (also if the user closes the image or deletes the source
  /// meanwhile, see is_there()).
  [[nodiscard]] static Result<NewLayer> make(const PlaceRequest& request);
  NewLayer(const NewLayer&) = delete;
  NewLayer& operator=(const NewLayer&) = delete;
  NewLayer(NewLayer&& other) noexcept;
  NewLayer& operator=(NewLayer&&) = delete;
  ~NewLayer();

  [[nodiscard]] const ImportReport& report() const { return report_; }
  /// Whether its source is a group of the mode Pass through, which the result cannot have.
  [[nodiscard]] bool was_pass_through() const;
  /// Whether it is hidden, as its source is.
  [[nodiscard]] bool is_hidden() const;

  /// Inserts it directly above its source (or into `group`) and hides the source where the picture
  /// would change by being doubled. Belongs into an UndoGroup. Errors: gimp, io.
  [[nodiscard]] Result<GimpLayer*> insert(const PlaceRequest& request, GimpGroupLayer* group);

 private:
  struct Plan;
  NewLayer(GimpLayer* layer, const Plan& plan);
  [[nodiscard]] static Result<Plan> plan_of(const PlaceRequest& request);
  [[nodiscard]] static GimpLayer* blank_layer(const PlaceRequest& request, const Plan& plan);
  [[nodiscard]] Result<void> write_pixels(const PlaceRequest& request);
  [[nodiscard]] Result<void> finish(GimpLayer* layer, const PlaceRequest& request) const;

  int layer_id_, image_id_;
  std::unique_ptr<Plan> plan_;
  ImportReport report_;
};

}  // namespace sharpen
