#include "plugin/export/chosen_items.h"

#include <utility>

#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/layer_tree.h"

namespace sharpen {
namespace {

template <class T>
std::vector<int> ids_of(const std::vector<T*>& items) {
  std::vector<int> ids;
  for (T* item : items) ids.push_back(gimp_item_get_id(reinterpret_cast<GimpItem*>(item)));
  return ids;
}

/// Ends with a null, as libgimp wants it.
template <class T>
std::vector<const T*> items_by(const std::vector<int>& ids) {
  std::vector<const T*> items;
  for (const int id : ids)
    if (GimpItem* item = find_item(id)) items.push_back(reinterpret_cast<const T*>(item));
  items.push_back(nullptr);
  return items;
}

}  // namespace

ChosenItems ChosenItems::of(GimpImage* image) {
  ChosenItems chosen;
  chosen.layers_ = ids_of(items_of(gimp_image_get_selected_layers(image)));
  chosen.channels_ = ids_of(items_of(gimp_image_get_selected_channels(image)));
  return chosen;
}

ChosenItems ChosenItems::layers(std::vector<int> ids) {
  ChosenItems chosen;
  chosen.layers_ = std::move(ids);
  return chosen;
}

void ChosenItems::choose_in(GimpImage* image) const {
  // GIMP has layers or channels chosen, never both.
  if (auto layers = items_by<GimpLayer>(layers_); layers.size() > 1)
    gimp_image_set_selected_layers(image, layers.data());
  if (auto channels = items_by<GimpChannel>(channels_); channels.size() > 1)
    gimp_image_set_selected_channels(image, channels.data());
}

}  // namespace sharpen
