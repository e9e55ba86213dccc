#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "client/providers/service.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// One line below the service: "123 credits", what is missing, and the way to the account page.
class AccountLine {
 public:
  explicit AccountLine(std::function<void()> open_account);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }
  [[nodiscard]] GtkWidget* button() const { return button_; }

  void set_looking();
  /// `chosen_automatically` says the service's name, since the control above says "Automatic".
  void set_found(ServiceKind kind, bool chosen_automatically);
  void set_balance(const Result<Balance>& balance);
  void set_problem(const Error& error);
  /// Whether the service has an account at all.
  void offer_account(bool offered);

 private:
  void show(const std::string& text, bool is_problem);

  Ref<GtkWidget> box_;
  GtkWidget *state_, *button_;
  std::string service_;
  Connections connections_;
};

}  // namespace sharpen
