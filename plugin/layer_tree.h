#pragma once

#include <libgimp/gimp.h>

#include <vector>

namespace sharpen {

/// All layers of an image, those in groups too, each group before its content.
[[nodiscard]] std::vector<GimpLayer*> all_layers(GimpImage* image);

/// The layer, if it is in the image: its id also finds a deleted one that the undo history keeps
/// and that has no place.
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
