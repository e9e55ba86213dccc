#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/error.h"
#include "client/home.h"
#include "ui/preview/view_choice.h"
#include "ui/run/choice.h"

namespace sharpen {

/// What the dialog remembers from one run to the next besides GIMP's own last values: a small file
/// in the private folder. A file that cannot be read counts as empty.
class Memory {
 public:
  explicit Memory(const Home& home);

  /// Whether the user was told what is sent to this host, and has sent it.
  [[nodiscard]] bool knows_host(const std::string& host) const { return hosts_.contains(host); }
  void learn_host(const std::string& host);

  /// What was chosen for a run that did not end well: GIMP keeps that of good ones only.
  [[nodiscard]] const std::optional<Choice>& unfinished() const { return unfinished_; }
  void set_unfinished(std::optional<Choice> choice);

  /// How the window was left.
  [[nodiscard]] const WindowLook& look() const { return look_; }
  void set_look(const WindowLook& look);

 private:
  void save() const;

  std::string file_;
  std::set<std::string> hosts_;
  std::optional<Choice> unfinished_;
  WindowLook look_;
};

}  // namespace sharpen
