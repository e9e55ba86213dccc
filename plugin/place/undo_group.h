#pragma once

#include <libgimp/gimp.h>

#include "plugin/gimp/layer_tree.h"

namespace sharpen {

/// Everything done to an image in this scope is one step of its undo history, also after an error.
/// Source: gimp_image_undo_group_start(); GIMP warns about a group that a plug-in leaves open.
class UndoGroup {
 public:
  explicit UndoGroup(GimpImage* image) : image_id_(gimp_image_get_id(image)) {
    gimp_image_undo_group_start(image);
  }
  UndoGroup(const UndoGroup&) = delete;
  UndoGroup& operator=(const UndoGroup&) = delete;
  ~UndoGroup() {
    if (GimpImage* image = find_image(image_id_)) gimp_image_undo_group_end(image);
  }

 private:
  int image_id_;
};

}  // namespace sharpen
