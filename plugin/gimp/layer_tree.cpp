#include "plugin/gimp/layer_tree.h"

#include <ranges>

#include "base/i18n.h"
#include "plugin/gimp/gimp_ref.h"

namespace sharpen {
namespace {

void add_layers(const std::vector<GimpItem*>& items, std::vector<GimpLayer*>& layers) {
  for (GimpItem* item : items) {
    layers.push_back(GIMP_LAYER(item));
    if (gimp_item_is_group(item)) add_layers(items_of(gimp_item_get_children(item)), layers);
  }
}

}  // namespace

std::vector<GimpLayer*> all_layers(GimpImage* image) {
  std::vector<GimpItem*> items;
  for (GimpLayer* layer : items_of(gimp_image_get_layers(image))) items.push_back(as_item(layer));
  std::vector<GimpLayer*> layers;
  add_layers(items, layers);
  return layers;
}

GimpImage* find_image(int id) {
  return gimp_image_id_is_valid(id) ? gimp_image_get_by_id(id) : nullptr;
}

GimpItem* find_item(int id) {
  return gimp_item_id_is_valid(id) ? gimp_item_get_by_id(id) : nullptr;
}

GimpLayer* find_layer(int id) {
  return gimp_item_id_is_valid(id) ? gimp_layer_get_by_id(id) : nullptr;
}

std::unexpected<Error> layer_is_gone() {
  return fail(ErrorKind::gimp, _("The layer was removed before it was read; nothing was sent."),
              _("Close this window and choose another layer."));
}

GimpLayer* layer_in(GimpImage* image, int id) {
  GimpLayer* layer = find_layer(id);
  if (!layer) return nullptr;
  // Not by all_layers(): libgimp loses some memory whenever it lists layers.
  GimpLayer* found = gimp_image_get_layer_by_tattoo(image, gimp_item_get_tattoo(as_item(layer)));
  return found && gimp_item_get_id(as_item(found)) == id ? found : nullptr;
}

UnlockedGroups::UnlockedGroups(GimpItem* group) {
  for (; group; group = gimp_item_get_parent(group)) {
    const Locks locks{gimp_item_get_id(group), gimp_item_get_lock_content(group) != FALSE,
                      gimp_item_get_lock_position(group) != FALSE,
                      gimp_item_get_lock_visibility(group) != FALSE};
    locks_.push_back(locks);
    if (locks.content) gimp_item_set_lock_content(group, FALSE);
    if (locks.position) gimp_item_set_lock_position(group, FALSE);
    if (locks.visibility) gimp_item_set_lock_visibility(group, FALSE);
  }
}

UnlockedGroups::~UnlockedGroups() {
  for (const Locks& locks : locks_ | std::views::reverse) {
    GimpItem* group = find_item(locks.id);
    if (!group) continue;
    if (locks.content) gimp_item_set_lock_content(group, TRUE);
    if (locks.position) gimp_item_set_lock_position(group, TRUE);
    if (locks.visibility) gimp_item_set_lock_visibility(group, TRUE);
  }
}

}  // namespace sharpen
