#include "plugin/place/layer_attributes.h"

#include "base/i18n.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/place/effects.h"

namespace sharpen {

LayerAttributes attributes_of(GimpLayer* layer) {
  LayerAttributes attributes;
  attributes.name = text_of(gimp_item_get_name(as_item(layer)));
  gimp_drawable_get_offsets(as_drawable(layer), &attributes.offset_x, &attributes.offset_y);
  attributes.width = gimp_drawable_get_width(as_drawable(layer));
  attributes.height = gimp_drawable_get_height(as_drawable(layer));
  GimpImage* image = gimp_item_get_image(as_item(layer));
  attributes.canvas_width = gimp_image_get_width(image);
  attributes.canvas_height = gimp_image_get_height(image);
  attributes.opacity = gimp_layer_get_opacity(layer);
  attributes.mode = gimp_layer_get_mode(layer);
  attributes.blend_space = gimp_layer_get_blend_space(layer);
  attributes.composite_space = gimp_layer_get_composite_space(layer);
  attributes.composite_mode = gimp_layer_get_composite_mode(layer);
  attributes.visible = gimp_item_get_visible(as_item(layer));
  return attributes;
}

bool has_size(GimpLayer* layer, Rectangle box) {
  GimpDrawable* drawable = as_drawable(layer);
  return gimp_drawable_get_width(drawable) == box.width &&
         gimp_drawable_get_height(drawable) == box.height;
}

Result<void> copy_tag_effects_and_mask(GimpLayer* layer, GimpLayer* model,
                                       std::optional<Rectangle> part) {
  gimp_item_set_color_tag(as_item(layer), gimp_item_get_color_tag(as_item(model)));
  copy_effects(as_drawable(layer), as_drawable(model));
  GimpLayerMask* from = gimp_layer_get_mask(model);
  if (!from || !part) return {};
  GimpLayerMask* to = gimp_layer_create_mask(layer, GIMP_ADD_MASK_WHITE);
  if (!to || !gimp_layer_add_mask(layer, to))
    return fail(ErrorKind::gimp, _("GIMP could not add a mask to the new layer."));
  const GeglRectangle box{part->x, part->y, part->width, part->height};
  const GeglRectangle whole{0, 0, box.width, box.height};
  const auto buffer = buffer_of(as_drawable(to));
  gegl_buffer_copy(buffer_of(as_drawable(from)).get(), &box, GEGL_ABYSS_NONE, buffer.get(), &whole);
  gegl_buffer_flush(buffer.get());
  gimp_drawable_update(as_drawable(to), 0, 0, whole.width, whole.height);
  gimp_layer_set_apply_mask(layer, gimp_layer_get_apply_mask(model));
  return {};
}

bool is_plain(GimpLayer* layer) { return G_OBJECT_TYPE(layer) == GIMP_TYPE_LAYER; }

void unlock(GimpLayer* layer) {
  gimp_item_set_lock_content(as_item(layer), FALSE);
  gimp_item_set_lock_position(as_item(layer), FALSE);
  gimp_item_set_lock_visibility(as_item(layer), FALSE);
  gimp_layer_set_lock_alpha(layer, FALSE);
}

void copy_locks(GimpLayer* layer, GimpLayer* model) {
  gimp_item_set_lock_content(as_item(layer), gimp_item_get_lock_content(as_item(model)));
  gimp_item_set_lock_position(as_item(layer), gimp_item_get_lock_position(as_item(model)));
  gimp_item_set_lock_visibility(as_item(layer), gimp_item_get_lock_visibility(as_item(model)));
  gimp_layer_set_lock_alpha(layer, gimp_layer_get_lock_alpha(model));
}

void hide(GimpLayer* layer) {
  const bool locked = gimp_item_get_lock_visibility(as_item(layer));
  gimp_item_set_lock_visibility(as_item(layer), FALSE);
  gimp_item_set_visible(as_item(layer), FALSE);
  gimp_item_set_lock_visibility(as_item(layer), locked);
}

bool changes_when_doubled(GimpLayer* layer) {
  const GimpLayerMode mode = gimp_layer_get_mode(layer);
  const GimpLayerCompositeMode composite = gimp_layer_get_composite_mode(layer);
  return has_visible_effects(as_drawable(layer)) ||
         (composite != GIMP_LAYER_COMPOSITE_AUTO && composite != GIMP_LAYER_COMPOSITE_UNION) ||
         (mode != GIMP_LAYER_MODE_NORMAL && mode != GIMP_LAYER_MODE_NORMAL_LEGACY) ||
         gimp_layer_get_opacity(layer) < 100;
}

}  // namespace sharpen
