#pragma once

#include <libgimp/gimp.h>

#include <optional>
#include <string>

#include "base/error.h"
#include "ui/host.h"

namespace sharpen {

/// How a layer lies in its image; remembered in case the layer is gone when its result comes.
struct LayerAttributes {
  std::string name;
  int offset_x = 0, offset_y = 0;
  int width = 0, height = 0;
  int canvas_width = 0, canvas_height = 0;  ///< of its image
  double opacity = 100;
  GimpLayerMode mode = GIMP_LAYER_MODE_NORMAL;
  GimpLayerColorSpace blend_space = GIMP_LAYER_COLOR_SPACE_AUTO;
  GimpLayerColorSpace composite_space = GIMP_LAYER_COLOR_SPACE_AUTO;
  GimpLayerCompositeMode composite_mode = GIMP_LAYER_COMPOSITE_AUTO;
  bool visible = true;
};
[[nodiscard]] LayerAttributes attributes_of(GimpLayer* layer);

/// Whether a layer is as large as a box, wherever that lies.
[[nodiscard]] bool has_size(GimpLayer* layer, Rectangle box);

/// Text, group, link and vector layers are more than their pixels: a copy would be one again.
[[nodiscard]] bool is_plain(GimpLayer* layer);

/// Only a group's mode can be that.
[[nodiscard]] inline bool passes_through(const LayerAttributes& attributes) {
  return attributes.mode == GIMP_LAYER_MODE_PASS_THROUGH;
}

/// Gives a layer that is in its image what else its model has: colour tag, effects, and `part` of
/// its mask, if any. Errors: gimp.
[[nodiscard]] Result<void> copy_tag_effects_and_mask(GimpLayer* layer, GimpLayer* model,
                                                     std::optional<Rectangle> part);

void unlock(GimpLayer* layer);
void copy_locks(GimpLayer* layer, GimpLayer* model);

/// Also a layer whose visibility is locked, which GIMP leaves visible without a word.
void hide(GimpLayer* layer);

/// Whether a layer of opaque pixels can look different from two of it. An effect can make it
/// transparent and, as some ways of compositing, depends on the layer's extent, which the box of a
/// selection has not.
[[nodiscard]] bool changes_when_doubled(GimpLayer* layer);

}  // namespace sharpen
