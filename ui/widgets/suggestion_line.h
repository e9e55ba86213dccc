#pragma once

#include <functional>
#include <string>

#include "ui/widgets/widgets.h"

namespace sharpen {

/// The button that asks for a suggestion, and the line that shows it with a button to follow it.
class SuggestionLine {
 public:
  struct Events {
    std::function<void()> ask;
    std::function<void()> follow;
  };
  explicit SuggestionLine(Events events);

  /// For beside the model.
  [[nodiscard]] GtkWidget* button() const { return button_.get(); }
  /// For below it; hidden until there is something to say.
  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }

  void set_looking();
  /// `follow` is the label of the button that follows it; empty: there is none.
  void show(const std::string& text, const std::string& follow, bool is_problem = false);
  void hide();

 private:
  Ref<GtkWidget> button_, box_;
  GtkWidget *text_, *follow_;
  Connections connections_;
};

}  // namespace sharpen
