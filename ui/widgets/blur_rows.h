#pragma once

#include <functional>
#include <optional>

#include "client/providers/found_blur.h"
#include "ui/widgets/parameter_rows.h"

namespace sharpen {

/// The controls of a blur by hand: its kind, what that kind has, and what the service found as the
/// start.
class BlurRows {
 public:
  /// `changed` is called when the user changes anything.
  explicit BlurRows(std::function<void()> changed);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }

  void set(const Settings& settings);
  void get(Settings& settings) const;
  /// What the service found with these settings.
  void set_found(const FoundBlur& found, const Settings& settings);

 private:
  [[nodiscard]] BlurKind kind() const;
  void kind_chosen();
  void follow_kind();

  std::function<void()> changed_;
  bool setting_ = false;
  std::optional<FoundBlur> estimate_;  ///< what the service found by itself
  Ref<GtkWidget> box_;
  ParameterRows rows_;
  GtkWidget *kind_, *protect_, *try_;
  EventSource growing_;
  Connections connections_;
};

}  // namespace sharpen
