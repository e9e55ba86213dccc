#pragma once

#include <functional>
#include <optional>
#include <string>

#include "client/providers/found_blur.h"
#include "ui/widgets/parameter_rows.h"

namespace sharpen {

/// The controls of a blur by hand: its kind, what that kind has, and what the service found as the
/// start.
class BlurRows {
 public:
  struct Events {
    std::function<void()> changed;  ///< by the user
    std::function<void()> measure;  ///< the blur in what is visible; empty: not offered
  };
  explicit BlurRows(Events events);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }

  void set(const Settings& settings);
  void get(Settings& settings) const;
  /// What the service found with these settings.
  void set_found(const FoundBlur& found, const Settings& settings);
  void set_measuring();
  /// What is still measured is not shown; any choice of the user does the same.
  void stop_measuring();
  /// Follows what was measured, if that can be undone, and shows the text.
  void set_measured(const std::optional<FoundBlur>& found, const std::string& text);

 private:
  [[nodiscard]] BlurKind kind() const;
  void kind_chosen();
  void begin_with_estimate();
  void follow_kind();

  Events events_;
  bool setting_ = false, measuring_ = false;
  std::optional<FoundBlur> estimate_;  ///< what the service found by itself
  Ref<GtkWidget> box_;
  ParameterRows rows_;
  GtkWidget *kind_, *measure_, *measured_, *protect_, *try_;
  EventSource growing_;
  Connections connections_;
};

}  // namespace sharpen
