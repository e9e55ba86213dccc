#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// The last page if something went wrong: the sentence, what to do, and the ways on.
class ProblemPage {
 public:
  struct Actions {
    std::function<void()> try_again;
    std::function<void()> back;  ///< to the settings; empty leaves the button out
    std::function<void()> close;
    std::function<void()> enter_key;  ///< offered where a key is missing or was refused; or empty
  };
  explicit ProblemPage(Actions actions);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }
  [[nodiscard]] GtkWidget* try_again_button() const { return try_again_; }
  /// `details` are what "Copy details" puts on the clipboard, below the sentences; never a key.
  void show(const Error& error, const std::string& details);

 private:
  void copy();

  Ref<GtkWidget> box_;
  GtkWidget *icon_, *copy_row_, *message_, *hint_, *copied_, *try_again_, *enter_key_;
  bool has_keys_ = false;
  std::string details_;
  Connections connections_;
};

}  // namespace sharpen
