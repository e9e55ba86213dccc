#pragma once

#include <libgimp/gimp.h>

#include <vector>

#include "base/error.h"

namespace sharpen {

/// All layers of an image, those in groups too, each group before its content.
[[nodiscard]] std::vector<GimpLayer*> all_layers(GimpImage* image);

/// The image, if GIMP still has it. libgimp remembers all that it has seen: its own look-ups by id
/// also find what is gone, GIMP shows the user an error for each question about that, and it ends a
/// plug-in that reads or writes pixels there (app/plug-in/gimpplugin-message.c).
[[nodiscard]] GimpImage* find_image(int id);

/// The layer, channel or mask, if GIMP still has it and it was not deleted.
[[nodiscard]] GimpItem* find_item(int id);

/// The layer, likewise.
[[nodiscard]] GimpLayer* find_layer(int id);

/// That a layer is gone before it was sent.
[[nodiscard]] std::unexpected<Error> layer_is_gone();

/// The layer, if it is in the image.
[[nodiscard]] GimpLayer* layer_in(GimpImage* image, int id);

/// Unlocks a group and those around it in this scope. GIMP refuses to change what is in a locked
/// group, and ends a plug-in that writes pixels there.
class UnlockedGroups {
 public:
  /// `group` may be null: the image itself.
  explicit UnlockedGroups(GimpItem* group);
  UnlockedGroups(const UnlockedGroups&) = delete;
  UnlockedGroups& operator=(const UnlockedGroups&) = delete;
  ~UnlockedGroups();

 private:
  struct Locks {
    int id;
    bool content, position, visibility;
  };
  std::vector<Locks> locks_;
};

}  // namespace sharpen
