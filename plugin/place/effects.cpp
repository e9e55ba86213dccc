#include "plugin/place/effects.h"

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

#include "plugin/gimp/gimp_ref.h"

namespace sharpen {
namespace {

void copy_settings(GObject* to, GObject* from) {
  guint count = 0;
  const std::unique_ptr<GParamSpec*, GFree> specs(
      g_object_class_list_properties(G_OBJECT_GET_CLASS(from), &count));
  for (const GParamSpec* spec : std::span(specs.get(), count)) {
    if (!(spec->flags & G_PARAM_READABLE) || !(spec->flags & G_PARAM_WRITABLE) ||
        spec->flags & G_PARAM_CONSTRUCT_ONLY)
      continue;
    GValue value = G_VALUE_INIT;
    g_value_init(&value, spec->value_type);
    g_object_get_property(from, spec->name, &value);
    g_object_set_property(to, spec->name, &value);
    g_value_unset(&value);
  }
}

/// Nothing selected in this scope: GIMP confines an effect to what is selected when it is added.
class Deselected {
 public:
  explicit Deselected(GimpImage* image) : image_(image) {
    if (gimp_selection_is_empty(image)) return;
    layers_ = items_of(gimp_image_get_selected_layers(image));
    kept_ = reinterpret_cast<GimpChannel*>(gimp_selection_save(image));
    if (kept_) gimp_selection_none(image);
  }
  Deselected(const Deselected&) = delete;
  Deselected& operator=(const Deselected&) = delete;
  ~Deselected() {
    if (!kept_) return;
    gimp_image_select_item(image_, GIMP_CHANNEL_OP_REPLACE, reinterpret_cast<GimpItem*>(kept_));
    gimp_image_remove_channel(image_, kept_);
    // Instead of the layers, the channel was.
    std::vector<const GimpLayer*> layers(layers_.begin(), layers_.end());
    layers.push_back(nullptr);
    gimp_image_set_selected_layers(image_, layers.data());
  }

 private:
  GimpImage* image_;
  GimpChannel* kept_ = nullptr;
  std::vector<GimpLayer*> layers_;
};

}  // namespace

bool has_visible_effects(GimpDrawable* drawable) {
  return std::ranges::any_of(items_of(gimp_drawable_get_filters(drawable)),
                             gimp_drawable_filter_get_visible);
}

void copy_effects(GimpDrawable* to, GimpDrawable* from) {
  const auto filters = items_of(gimp_drawable_get_filters(from));
  if (filters.empty()) return;
  const Deselected deselected(gimp_item_get_image(as_item(to)));
  for (GimpDrawableFilter* filter : filters | std::views::reverse) {
    const std::string operation = text_of(gimp_drawable_filter_get_operation_name(filter));
    const std::string name = text_of(gimp_drawable_filter_get_name(filter));
    GimpDrawableFilter* copy = gimp_drawable_filter_new(to, operation.c_str(), name.c_str());
    if (!copy) continue;
    copy_settings(reinterpret_cast<GObject*>(gimp_drawable_filter_get_config(copy)),
                  reinterpret_cast<GObject*>(gimp_drawable_filter_get_config(filter)));
    gimp_drawable_filter_set_opacity(copy, gimp_drawable_filter_get_opacity(filter));
    gimp_drawable_filter_set_blend_mode(copy, gimp_drawable_filter_get_blend_mode(filter));
    gimp_drawable_append_filter(to, copy);
    gimp_drawable_filter_set_visible(copy, gimp_drawable_filter_get_visible(filter));
  }
}

}  // namespace sharpen
