#include "plugin/placement.h"

#include "base/i18n.h"
#include "plugin/effects.h"
#include "plugin/gimp_ref.h"

namespace sharpen {
namespace {

/// Text, group, link and vector layers are more than their pixels: a copy would be one again.
bool is_plain(GimpLayer* layer) { return G_OBJECT_TYPE(layer) == GIMP_TYPE_LAYER; }

bool has_sent_size(const PlaceRequest& request) {
  GimpDrawable* source = as_drawable(request.source);
  return gimp_drawable_get_width(source) == request.look.width &&
         gimp_drawable_get_height(source) == request.look.height;
}

bool is_whole_layer(const PlaceRequest& request) {
  return request.box.width == request.look.width && request.box.height == request.look.height;
}

GimpImageType type_in(GimpImage* image, bool alpha) {
  if (gimp_image_get_base_type(image) == GIMP_GRAY)
    return alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE;
  return alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE;
}

void unlock(GimpLayer* layer) {
  gimp_item_set_lock_content(as_item(layer), FALSE);
  gimp_item_set_lock_position(as_item(layer), FALSE);
  gimp_item_set_lock_visibility(as_item(layer), FALSE);
  gimp_layer_set_lock_alpha(layer, FALSE);
}

void lock_like(GimpLayer* layer, GimpLayer* source) {
  gimp_item_set_lock_content(as_item(layer), gimp_item_get_lock_content(as_item(source)));
  gimp_item_set_lock_position(as_item(layer), gimp_item_get_lock_position(as_item(source)));
  gimp_item_set_lock_visibility(as_item(layer), gimp_item_get_lock_visibility(as_item(source)));
  gimp_layer_set_lock_alpha(layer, gimp_layer_get_lock_alpha(source));
}

/// Only a group's mode can be that.
bool passes_through(const LayerLook& look) { return look.mode == GIMP_LAYER_MODE_PASS_THROUGH; }

/// A layer whose visibility is locked stays visible without a word.
void hide(GimpLayer* layer) {
  const bool locked = gimp_item_get_lock_visibility(as_item(layer));
  gimp_item_set_lock_visibility(as_item(layer), FALSE);
  gimp_item_set_visible(as_item(layer), FALSE);
  gimp_item_set_lock_visibility(as_item(layer), locked);
}

GimpLayer* blank_layer(const PlaceRequest& request, const LayerLook& look, Box box) {
  const auto mode = passes_through(look) ? GIMP_LAYER_MODE_NORMAL : look.mode;
  GimpLayer* layer = gimp_layer_new(request.image, request.name.c_str(), box.width, box.height,
                                    type_in(request.image, request.original->format.has_alpha),
                                    look.opacity, mode);
  if (!layer) return nullptr;
  gimp_layer_set_blend_space(layer, look.blend_space);
  gimp_layer_set_composite_space(layer, look.composite_space);
  gimp_layer_set_composite_mode(layer, look.composite_mode);
  gimp_layer_set_offsets(layer, look.offset_x + box.x, look.offset_y + box.y);
  return layer;
}

/// What a blank layer lacks: colour tag, effects, and the mask if it fits; after insertion only.
void copy_dress(GimpLayer* layer, const PlaceRequest& request, Box box) {
  GimpLayer* source = request.source;
  gimp_item_set_color_tag(as_item(layer), gimp_item_get_color_tag(as_item(source)));
  copy_effects(as_drawable(layer), as_drawable(source));
  GimpLayerMask* from = gimp_layer_get_mask(source);
  if (!from || !has_sent_size(request)) return;
  GimpLayerMask* to = gimp_layer_create_mask(layer, GIMP_ADD_MASK_WHITE);
  if (!to || !gimp_layer_add_mask(layer, to)) return;
  const GeglRectangle part{box.x, box.y, box.width, box.height};
  const GeglRectangle whole{0, 0, part.width, part.height};
  const auto buffer = buffer_of(as_drawable(to));
  gegl_buffer_copy(buffer_of(as_drawable(from)).get(), &part, GEGL_ABYSS_NONE, buffer.get(),
                   &whole);
  gegl_buffer_flush(buffer.get());
  gimp_drawable_update(as_drawable(to), 0, 0, whole.width, whole.height);
  gimp_layer_set_apply_mask(layer, gimp_layer_get_apply_mask(source));
}

/// Whether a layer of opaque pixels can look different from two of it. An effect can make it
/// transparent and, as some ways of compositing, depends on the layer's extent, which the box of a
/// selection has not.
bool changes_when_doubled(GimpLayer* layer) {
  const GimpLayerMode mode = gimp_layer_get_mode(layer);
  const GimpLayerCompositeMode composite = gimp_layer_get_composite_mode(layer);
  return has_visible_effects(as_drawable(layer)) ||
         (composite != GIMP_LAYER_COMPOSITE_AUTO && composite != GIMP_LAYER_COMPOSITE_UNION) ||
         (mode != GIMP_LAYER_MODE_NORMAL && mode != GIMP_LAYER_MODE_NORMAL_LEGACY) ||
         gimp_layer_get_opacity(layer) < 100;
}

/// Whether the result has to take the place of the whole source, which is hidden then, lest the
/// picture changes by being doubled. What was not selected of a source that was scaled meanwhile is
/// nowhere else, so that one stays.
Result<bool> replaces_source(const PlaceRequest& request) {
  GimpLayer* source = request.source;
  if (!source || request.keep_source_visible) return false;
  if (!request.selection)
    return is_whole_layer(request) &&
           (changes_when_doubled(source) || gimp_drawable_has_alpha(as_drawable(source)) ||
            gimp_layer_get_mask(source));
  if (!has_sent_size(request)) return false;
  if (changes_when_doubled(source)) return true;
  return translucent_inside(source, request.box, *request.selection, request.breathe);
}

std::unexpected<Error> refused_by_gimp() {
  return fail(ErrorKind::gimp, _("GIMP refused to add the new layer."),
              _("Fetch the result again with Filters > Enhance > Unfinished Remote Sharpen Jobs."));
}

}  // namespace

LayerLook look_of(GimpLayer* layer) {
  LayerLook look;
  look.name = text_of(gimp_item_get_name(as_item(layer)));
  gimp_drawable_get_offsets(as_drawable(layer), &look.offset_x, &look.offset_y);
  look.width = gimp_drawable_get_width(as_drawable(layer));
  look.height = gimp_drawable_get_height(as_drawable(layer));
  look.opacity = gimp_layer_get_opacity(layer);
  look.mode = gimp_layer_get_mode(layer);
  look.blend_space = gimp_layer_get_blend_space(layer);
  look.composite_space = gimp_layer_get_composite_space(layer);
  look.composite_mode = gimp_layer_get_composite_mode(layer);
  look.visible = gimp_item_get_visible(as_item(layer));
  return look;
}

Result<NewLayer> NewLayer::make(const PlaceRequest& request) {
  const auto replaces = replaces_source(request);
  if (!replaces) return std::unexpected(replaces.error());
  const bool whole = *replaces || is_whole_layer(request);
  // A copy of the source brings everything that is not pixels: mask, mode, effects, colour tag.
  const bool copy = request.source && is_plain(request.source) && has_sent_size(request);
  const Box extent = whole ? Box{0, 0, request.look.width, request.look.height} : request.box;
  const LayerLook look = request.source ? look_of(request.source) : request.look;
  GimpLayer* layer = copy ? gimp_layer_copy(request.source) : blank_layer(request, look, extent);
  if (!layer) return refused_by_gimp();
  NewLayer made;
  made.layer_id_ = gimp_item_get_id(as_item(layer));
  made.is_copy_ = copy;
  made.crop_to_box_ = copy && !whole;
  made.replaces_source_ = *replaces;
  made.was_pass_through_ = passes_through(look);
  unlock(layer);
  const auto written = made.write_pixels(request, copy || whole ? request.box.x : 0,
                                         copy || whole ? request.box.y : 0);
  if (!written) return std::unexpected(written.error());
  return made;
}

Result<void> NewLayer::write_pixels(const PlaceRequest& request, int x, int y) {
  GimpDrawable* layer = as_drawable(gimp_layer_get_by_id(layer_id_));
  const auto buffer = buffer_of(layer);
  const bool partly = replaces_source_ && request.selection;
  const auto source = partly ? buffer_of(as_drawable(request.source)) : Ref<GeglBuffer>();
  if (partly && !is_plain(request.source))
    gegl_buffer_copy(source.get(), nullptr, GEGL_ABYSS_NONE, buffer.get(), nullptr);
  auto report =
      import_answer(request.answer, *request.original, buffer.get(), x, y, request.breathe);
  if (!report) return fail(std::move(report));
  report_ = *report;
  if (partly)
    if (auto restored = restore_outside(buffer.get(), source.get(), request.box, *request.selection,
                                        request.breathe);
        !restored)
      return restored;
  gegl_buffer_flush(buffer.get());
  gimp_drawable_update(layer, 0, 0, gimp_drawable_get_width(layer),
                       gimp_drawable_get_height(layer));
  return {};
}

NewLayer::NewLayer(NewLayer&& other) noexcept
    : layer_id_(std::exchange(other.layer_id_, -1)),
      is_copy_(other.is_copy_),
      crop_to_box_(other.crop_to_box_),
      replaces_source_(other.replaces_source_),
      was_pass_through_(other.was_pass_through_),
      report_(other.report_) {}

NewLayer::~NewLayer() {
  if (layer_id_ >= 0 && gimp_item_id_is_valid(layer_id_))
    gimp_item_delete(gimp_item_get_by_id(layer_id_));
}

Result<GimpLayer*> NewLayer::insert(const PlaceRequest& request, GimpGroupLayer* group) {
  GimpLayer* layer = gimp_layer_get_by_id(layer_id_);
  if (!layer) return refused_by_gimp();
  GimpLayer* above = request.replaced ? request.replaced : request.source;
  auto* parent = reinterpret_cast<GimpLayer*>(group);
  int position = 0;
  if (!group && above) {
    parent = reinterpret_cast<GimpLayer*>(gimp_item_get_parent(as_item(above)));
    position = gimp_image_get_item_position(request.image, as_item(above));
  }
  gimp_item_set_name(as_item(layer), request.name.c_str());
  gimp_item_set_visible(as_item(layer), above ? gimp_item_get_visible(as_item(above)) : TRUE);
  attach_note(layer, request.note);
  if (!gimp_image_insert_layer(request.image, layer, parent, position)) return refused_by_gimp();
  layer_id_ = -1;

  if (crop_to_box_)
    gimp_layer_resize(layer, request.box.width, request.box.height, -request.box.x, -request.box.y);
  else if (request.source && !is_copy_)
    copy_dress(layer, request,
               replaces_source_ ? Box{0, 0, request.look.width, request.look.height} : request.box);
  if (request.selection && !replaces_source_)
    if (auto masked = mask_with(layer, *request.selection, request.breathe); !masked)
      return fail(std::move(masked));
  if (gimp_layer_get_mask(layer)) {
    gimp_layer_set_show_mask(layer, FALSE);
    gimp_layer_set_edit_mask(layer, FALSE);
  }
  if (!request.source) return layer;
  if (replaces_source_) hide(request.source);
  lock_like(layer, request.source);
  return layer;
}

}  // namespace sharpen
