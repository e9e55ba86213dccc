#include "plugin/place/placement.h"

#include <optional>
#include <utility>

#include "base/i18n.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/layer_tree.h"
#include "plugin/place/effects.h"
#include "plugin/place/result_parasite.h"

namespace sharpen {
namespace {

/// The source as it was sent.
Rectangle whole_of(const PlaceRequest& request) {
  return {0, 0, request.attributes.width, request.attributes.height};
}

bool is_whole_layer(const PlaceRequest& request) {
  return request.box.width == request.attributes.width &&
         request.box.height == request.attributes.height;
}

GimpImageType type_in(GimpImage* image, bool alpha) {
  if (gimp_image_get_base_type(image) == GIMP_GRAY)
    return alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE;
  return alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE;
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
  if (!has_size(source, whole_of(request))) return false;
  if (changes_when_doubled(source)) return true;
  return translucent_inside(source, request.box, *request.selection, watching(request));
}

/// GIMP confines the effects of a copy to what is selected when it is made.
bool effects_would_be_confined(GimpLayer* model) {
  const auto effects = items_of(gimp_drawable_get_filters(as_drawable(model)));
  return !effects.empty() && !gimp_selection_is_empty(gimp_item_get_image(as_item(model)));
}

std::unexpected<Error> refused_by_gimp() {
  return fail(ErrorKind::gimp, _("GIMP refused to add the new layer."),
              _("Fetch the result again with Filters > Enhance > Unfinished Remote Sharpen Jobs."));
}

}  // namespace

bool is_there(const PlaceRequest& request) {
  const auto is_in_place = [](GimpLayer* layer) {
    return !layer || gimp_item_is_valid(as_item(layer));
  };
  return gimp_image_is_valid(request.image) && is_in_place(request.source) &&
         is_in_place(request.replaced);
}

ProcessEvents watching(const PlaceRequest& request) {
  return [&request]() -> Result<void> {
    if (request.process_events)
      if (auto processed = request.process_events(); !processed) return processed;
    if (is_there(request)) return {};
    return fail(
        ErrorKind::gimp, _("The layer was removed while its result was inserted."),
        _("Fetch the result again with Filters > Enhance > Unfinished Remote Sharpen Jobs."));
  };
}

/// How a result becomes a layer.
struct NewLayer::Plan {
  GimpLayer* model = nullptr;     ///< whose look it gets: the earlier result, or the source
  LayerAttributes attributes;     ///< the model's, or what the deleted source had
  Rectangle covers;               ///< the new layer, in pixels of the source
  std::optional<Rectangle> part;  ///< the same in pixels of the model, if that has the size for it
  bool is_copy = false;           ///< of the model, which brings all that is not pixels
  bool partly = false;            ///< it has the model's pixels where nothing was selected
  bool masked = false;            ///< by the selection
  bool hides_source = false;
};

Result<NewLayer::Plan> NewLayer::plan_of(const PlaceRequest& request) {
  Plan plan;
  plan.covers = is_whole_layer(request) ? whole_of(request) : request.box;
  GimpLayer* earlier = request.replaced;
  if (earlier && (has_size(earlier, whole_of(request)) || has_size(earlier, request.box))) {
    plan.model = earlier;
    if (has_size(earlier, whole_of(request))) plan.covers = whole_of(request);
    plan.part = Rectangle{0, 0, plan.covers.width, plan.covers.height};
    plan.partly = request.selection != nullptr;
  } else {
    const auto hides = replaces_source(request);
    if (!hides) return std::unexpected(hides.error());
    plan.model = request.source;
    plan.hides_source = *hides;
    if (*hides) plan.covers = whole_of(request);
    if (plan.model && has_size(plan.model, whole_of(request))) plan.part = plan.covers;
    plan.partly = *hides && request.selection;
    plan.masked = !*hides && request.selection;
  }
  plan.attributes = plan.model ? attributes_of(plan.model) : request.attributes;
  if (!plan.part) {
    plan.attributes.offset_x = request.attributes.offset_x;
    plan.attributes.offset_y = request.attributes.offset_y;
  }
  plan.is_copy = plan.part && is_plain(plan.model) && !effects_would_be_confined(plan.model);
  return plan;
}

GimpLayer* NewLayer::blank_layer(const PlaceRequest& request, const Plan& plan) {
  const LayerAttributes& attributes = plan.attributes;
  const auto mode = passes_through(attributes) ? GIMP_LAYER_MODE_NORMAL : attributes.mode;
  GimpLayer* layer = gimp_layer_new(
      request.image, request.name.c_str(), plan.covers.width, plan.covers.height,
      type_in(request.image, request.snapshot->format.has_alpha), attributes.opacity, mode);
  if (!layer) return nullptr;
  gimp_layer_set_blend_space(layer, attributes.blend_space);
  gimp_layer_set_composite_space(layer, attributes.composite_space);
  gimp_layer_set_composite_mode(layer, attributes.composite_mode);
  const Rectangle at = plan.part.value_or(plan.covers);
  gimp_layer_set_offsets(layer, attributes.offset_x + at.x, attributes.offset_y + at.y);
  return layer;
}

Result<NewLayer> NewLayer::make(const PlaceRequest& request) {
  if (auto there = watching(request)(); !there) return fail(std::move(there));
  auto plan = plan_of(request);
  if (!plan) return std::unexpected(plan.error());
  GimpLayer* layer = plan->is_copy ? gimp_layer_copy(plan->model) : blank_layer(request, *plan);
  if (!layer) return refused_by_gimp();
  NewLayer made(layer, *plan);
  unlock(layer);
  if (auto written = made.write_pixels(request); !written) return fail(std::move(written));
  return made;
}

Result<void> NewLayer::write_pixels(const PlaceRequest& request) {
  GimpDrawable* layer = as_drawable(gimp_layer_get_by_id(layer_id_));
  const auto buffer = buffer_of(layer);
  const auto model = plan_->partly ? buffer_of(as_drawable(plan_->model)) : Ref<GeglBuffer>();
  if (plan_->partly && !plan_->is_copy)
    gegl_buffer_copy(model.get(), nullptr, GEGL_ABYSS_NONE, buffer.get(), nullptr);
  // A copy is cropped when it is in the image.
  const bool is_cropped_later = plan_->is_copy && plan_->model == request.source;
  Rectangle at = request.box;
  if (!is_cropped_later) at = {at.x - plan_->covers.x, at.y - plan_->covers.y, at.width, at.height};
  auto report =
      import_answer(request.answer, *request.snapshot,
                    {buffer.get(), at.x, at.y, watching(request)}, request.process_events);
  if (!report) return fail(std::move(report));
  report_ = *report;
  if (plan_->partly)
    if (auto restored =
            restore_outside(buffer.get(), model.get(), at, *request.selection, watching(request));
        !restored)
      return restored;
  gegl_buffer_flush(buffer.get());
  gimp_drawable_update(layer, 0, 0, gimp_drawable_get_width(layer),
                       gimp_drawable_get_height(layer));
  return {};
}

NewLayer::NewLayer(GimpLayer* layer, const Plan& plan)
    : layer_id_(gimp_item_get_id(as_item(layer))),
      image_id_(gimp_image_get_id(gimp_item_get_image(as_item(layer)))),
      plan_(std::make_unique<Plan>(plan)) {}

NewLayer::NewLayer(NewLayer&& other) noexcept
    : layer_id_(std::exchange(other.layer_id_, -1)),
      image_id_(other.image_id_),
      plan_(std::move(other.plan_)),
      report_(other.report_) {}

NewLayer::~NewLayer() {
  // To delete a layer whose image is gone would end GIMP: gimp_item_finalize() looks at the image.
  if (layer_id_ >= 0 && find_image(image_id_))
    if (GimpLayer* layer = find_layer(layer_id_)) gimp_item_delete(as_item(layer));
}

bool NewLayer::was_pass_through() const { return passes_through(plan_->attributes); }

bool NewLayer::is_hidden() const { return plan_->model && !plan_->attributes.visible; }

Result<GimpLayer*> NewLayer::insert(const PlaceRequest& request, GimpGroupLayer* group) {
  GimpLayer* layer = find_layer(layer_id_);
  if (!layer) return refused_by_gimp();
  GimpLayer* above = request.replaced ? request.replaced : request.source;
  auto* parent = reinterpret_cast<GimpLayer*>(group);
  int position = 0;
  if (!group && above) {
    parent = reinterpret_cast<GimpLayer*>(gimp_item_get_parent(as_item(above)));
    position = gimp_image_get_item_position(request.image, as_item(above));
  }
  const UnlockedGroups unlocked(parent ? as_item(parent) : nullptr);
  gimp_item_set_name(as_item(layer), request.name.c_str());
  gimp_item_set_visible(as_item(layer), plan_->attributes.visible || !plan_->model);
  note_result(layer, request.settings, request.job, request.source, plan_->covers);
  if (!gimp_image_insert_layer(request.image, layer, parent, position)) return refused_by_gimp();
  layer_id_ = -1;
  if (auto finished = finish(layer, request); !finished) {
    if (layer_in(request.image, gimp_item_get_id(as_item(layer))))
      gimp_image_remove_layer(request.image, layer);
    return fail(std::move(finished));
  }
  return layer;
}

Result<void> NewLayer::finish(GimpLayer* layer, const PlaceRequest& request) const {
  const Rectangle& covers = plan_->covers;
  if (plan_->is_copy) {
    if (!has_size(layer, covers) &&
        !gimp_layer_resize(layer, covers.width, covers.height, -covers.x, -covers.y))
      return refused_by_gimp();
  } else if (plan_->model) {
    if (auto copied = copy_tag_effects_and_mask(layer, plan_->model, plan_->part); !copied)
      return copied;
  }
  if (plan_->masked)
    if (auto masked = mask_with(layer, *request.selection, watching(request)); !masked)
      return masked;
  if (gimp_layer_get_mask(layer)) {
    gimp_layer_set_show_mask(layer, FALSE);
    gimp_layer_set_edit_mask(layer, FALSE);
  }
  if (plan_->hides_source) hide(request.source);
  if (plan_->model) copy_locks(layer, plan_->model);
  return {};
}

}  // namespace sharpen
