#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "plugin/kept_original.h"
#include "plugin/layer_import.h"
#include "plugin/result_parasite.h"
#include "plugin/selection.h"

namespace sharpen {

/// How a layer lies in its image; remembered in case the layer is gone when its result comes.
struct LayerLook {
  std::string name;
  int offset_x = 0, offset_y = 0;
  int width = 0, height = 0;
  double opacity = 100;
  GimpLayerMode mode = GIMP_LAYER_MODE_NORMAL;
  GimpLayerColorSpace blend_space = GIMP_LAYER_COLOR_SPACE_AUTO;
  GimpLayerColorSpace composite_space = GIMP_LAYER_COLOR_SPACE_AUTO;
  GimpLayerCompositeMode composite_mode = GIMP_LAYER_COMPOSITE_AUTO;
  bool visible = true;
};
[[nodiscard]] LayerLook look_of(GimpLayer* layer);

/// A result and where it belongs.
struct PlaceRequest {
  GimpImage* image = nullptr;
  GimpLayer* source = nullptr;    ///< null if it was deleted while waiting
  GimpLayer* replaced = nullptr;  ///< an earlier result: its place is taken, it stays
  LayerLook look;                 ///< of the source when it was sent
  Box box;                        ///< what was sent, in pixels of the source
  const KeptOriginal* original = nullptr;
  const KeptSelection* selection = nullptr;  ///< null: the whole layer was sent
  std::filesystem::path answer;
  std::string name;
  ResultNote note;
  bool keep_source_visible = false;
  Breathe breathe = {};
};

/// A result as a layer with all its pixels that is in no image yet; discarded if it gets in none.
/// Without a selection it has the source's size and, where two layers would look different from
/// one, takes the source's place. With a selection it is a layer of the sent box, masked by the
/// selection, above the visible source; where that would show it twice (a mode, an opacity, an
/// effect, pixels or a mask in between) it is a copy of the whole source instead, changed where it
/// is selected. What can fail has been done, so that an image is either changed wholly or not at
/// all.
class NewLayer {
 public:
  /// Errors: bad_picture, io, gimp.
  [[nodiscard]] static Result<NewLayer> make(const PlaceRequest& request);
  NewLayer(const NewLayer&) = delete;
  NewLayer& operator=(const NewLayer&) = delete;
  NewLayer(NewLayer&& other) noexcept;
  NewLayer& operator=(NewLayer&&) = delete;
  ~NewLayer();

  [[nodiscard]] const ImportReport& report() const { return report_; }
  /// Whether its source is a group of the mode Pass through, which the result cannot have.
  [[nodiscard]] bool was_pass_through() const { return was_pass_through_; }

  /// Inserts it directly above its source (or into `group`) and hides the source where the picture
  /// would change by being doubled. Belongs into an UndoGroup. Errors: gimp, io.
  [[nodiscard]] Result<GimpLayer*> insert(const PlaceRequest& request, GimpGroupLayer* group);

 private:
  NewLayer() = default;
  /// At (x, y) of the layer.
  [[nodiscard]] Result<void> write_pixels(const PlaceRequest& request, int x, int y);
  int layer_id_ = -1;
  bool is_copy_ = false;          ///< of the source, hence dressed as it is
  bool crop_to_box_ = false;      ///< it has the source's size, still
  bool replaces_source_ = false;  ///< it has all of the source's pixels, with or without selection
  bool was_pass_through_ = false;
  ImportReport report_;
};

}  // namespace sharpen
