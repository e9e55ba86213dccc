#pragma once

#include <libgimp/gimp.h>

#include <vector>

namespace sharpen {

/// What is chosen in an image's lists of layers and channels (Quick Mask is a channel), by ids.
class ChosenItems {
 public:
  ChosenItems() = default;
  [[nodiscard]] static ChosenItems of(GimpImage* image);
  [[nodiscard]] static ChosenItems layers(std::vector<int> ids);

  /// Chooses it again, but for what is gone.
  void choose_in(GimpImage* image) const;

  bool operator==(const ChosenItems&) const = default;

 private:
  std::vector<int> layers_;
  std::vector<int> channels_;
};

}  // namespace sharpen
