#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ui/run/account.h"
#include "ui/widgets/widgets.h"

namespace sharpen {

/// What is to be paid for: one picture in one way.
struct PricedTask {
  std::uint32_t width = 0, height = 0;
  Settings settings;
  bool paid = false;  ///< as a preview whose result is kept
};

/// "1 credit (you have 123) · about 30 s", kept up to date; in the warning colour when it
/// is more than the balance or the user's limit.
class PriceLine {
 public:
  explicit PriceLine(Home home);

  [[nodiscard]] GtkWidget* widget() const { return box_.get(); }

  void set_tasks(std::vector<PricedTask> tasks);
  /// The service; empty while it is looked for, and where it has no key.
  void set_account(std::optional<Account> account);
  /// Which service it would be without an account: the price is then that of the table.
  void set_service(std::optional<ServiceKind> service);
  void set_balance(std::optional<Balance> balance);
  /// One sentence below (what is sent where, the first time); empty for none.
  void set_notice(const std::string& notice);

  /// The cost of all tasks, for the progress page; empty if it is free or unknown.
  [[nodiscard]] std::string cost_text() const;

 private:
  void ask_soon();
  void ask();
  void show();
  [[nodiscard]] Price offline(ServiceKind service) const;
  /// What is to be paid; nothing if it is free or not known.
  [[nodiscard]] std::optional<Price> to_pay() const;
  /// A sentence if it is more than the balance or the limit.
  [[nodiscard]] std::string warning() const;
  [[nodiscard]] bool all_paid() const;

  Home home_;
  Ref<GtkWidget> box_;
  GtkWidget *line_, *notice_;
  std::vector<PricedTask> tasks_;
  std::optional<Account> account_;
  std::optional<ServiceKind> service_;
  std::optional<Balance> balance_;
  std::optional<Price> price_;
  EventSource rest_;
  Background asking_;
};

}  // namespace sharpen
