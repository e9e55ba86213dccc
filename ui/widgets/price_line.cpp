#include "ui/widgets/price_line.h"

#include <algorithm>

#include "base/i18n.h"
#include "client/jobs/job.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

constexpr unsigned typing_milliseconds = 350;

}  // namespace

PriceLine::PriceLine(Home home) : home_(std::move(home)), box_(own(vertical_box(narrow_gap))) {
  line_ = text_label("\n");
  // A warning takes a second line; nothing moves for it.
  int height = 0;
  gtk_widget_get_preferred_height(line_, nullptr, &height);
  gtk_widget_set_size_request(line_, -1, height);
  gtk_label_set_yalign(GTK_LABEL(line_), 1);
  gtk_label_set_line_wrap(GTK_LABEL(line_), TRUE);
  gtk_label_set_width_chars(GTK_LABEL(line_), 40);
  gtk_label_set_max_width_chars(GTK_LABEL(line_), 40);
  notice_ = hint_label("");
  append(box_.get(), line_);
  append(box_.get(), notice_);
  set_notice("");
}

void PriceLine::set_tasks(std::vector<PricedTask> tasks) {
  tasks_ = std::move(tasks);
  price_.reset();
  show();
  ask_soon();
}

void PriceLine::set_account(std::optional<Account> account) {
  account_ = std::move(account);
  balance_.reset();
  price_.reset();
  show();
  ask_soon();
}

void PriceLine::set_balance(std::optional<Balance> balance) {
  balance_ = std::move(balance);
  show();
}

void PriceLine::set_notice(const std::string& notice) {
  set_text(notice_, notice);
  set_visible(notice_, !notice.empty());
}

void PriceLine::ask_soon() {
  asking_.cancel();
  rest_.stop();
  if (!account_ || tasks_.empty() || all_paid() || !account_->capabilities.has_estimate) return;
  rest_ = EventSource::timeout(typing_milliseconds, [this] { return ask(), false; });
}

void PriceLine::ask() {
  std::vector<PlannedJob> jobs;
  for (const PricedTask& task : tasks_)
    if (!task.paid) jobs.push_back({task.width, task.height, task.settings});
  asking_.start(
      [jobs = std::move(jobs), address = account_->address, home = home_](
          GCancellable* cancellable) { return price_of(jobs, address, home, cancellable); },
      [this](Price price) {
        price_ = std::move(price);
        show();
      });
}

void PriceLine::set_service(std::optional<ServiceKind> service) {
  if (service_ == service) return;
  service_ = service;
  show();
}

Price PriceLine::offline(ServiceKind service) const {
  Price sum;
  for (const PricedTask& task : tasks_) {
    if (task.paid) continue;
    const Price price = offline_price(service, task.width, task.height, task.settings);
    sum.amount += price.amount;
    sum.unit = price.unit;
  }
  return sum;
}

std::optional<Price> PriceLine::to_pay() const {
  if (tasks_.empty() || all_paid()) return {};
  if (account_) {
    if (account_->capabilities.free_of_charge) return {};
    return price_.value_or(offline(account_->address.kind));
  }
  // What an own server takes is not known before it is asked.
  const bool has_table = service_ == ServiceKind::topaz || service_ == ServiceKind::aimlapi;
  return has_table ? std::optional(offline(*service_)) : std::nullopt;
}

std::string PriceLine::warning() const {
  const auto price = to_pay();
  if (!price) return {};
  if (balance_ && price->amount > balance_->available)
    return _("That is more than your balance: buy credits there, or choose This computer.");
  // The limit is one for each job; what is sent is compared job by job there.
  const auto& limit = tasks_.front().settings.max_cost;
  const auto jobs = std::ranges::count(tasks_, false, &PricedTask::paid);
  if (limit && price->amount > *limit * double(jobs))
    return _("That is more than your limit: raise it under “Result and cost”.");
  return {};
}

std::string PriceLine::cost_text() const {
  const auto price = to_pay();
  return price ? amount_text(price->amount, price->unit) : "";
}

bool PriceLine::all_paid() const { return std::ranges::all_of(tasks_, &PricedTask::paid); }

void PriceLine::show() {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : " · ") + part; };
  if (account_ && account_->capabilities.free_of_charge) {
    add(_("free"));
  } else if (account_ && all_paid()) {
    add(_("already paid"));
  }
  if (const std::string cost = cost_text(); !cost.empty()) {
    add(cost);
    if (balance_) {
      text += " " + tr("(you have {})",
                       number_text(balance_->available, balance_->unit == "USD" ? 2 : 0));
    }
  }
  if (price_ && price_->seconds) add(tr("about {}", duration_text(*price_->seconds)));
  const std::string warned = warning();
  if (!warned.empty()) text += ". " + warned;
  set_text(line_, text);
  set_warning_colour(line_, !warned.empty());
}

}  // namespace sharpen
