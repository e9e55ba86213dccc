#pragma once

namespace sharpen {

/// How the user likes to compare.
struct ViewChoice {
  bool side_by_side = false;
  double zoom = 1, divider = 0.5;
  [[nodiscard]] bool operator==(const ViewChoice&) const = default;
};

/// How the window is left and opened again; sizes in pixels of the interface, 0: as it comes.
struct WindowLook {
  ViewChoice view;
  int width = 0, height = 0, preview_width = 0;
  [[nodiscard]] bool operator==(const WindowLook&) const = default;
};

}  // namespace sharpen
