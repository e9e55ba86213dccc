#include "ui/widgets/price_line.h"

#include <algorithm>

#include "base/i18n.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

constexpr unsigned typing_milliseconds = 350;

/// The sum over all tasks, each asked of the service if it answers.
Price price_of(const std::vector<PricedTask>& tasks, const Account& account,
               GCancellable* cancellable) {
  Price sum;
  sum.confirmed = true;
  double seconds = 0;
  bool all_times_known = true;
  const auto service = open_service(account.address);
  for (const PricedTask& task : tasks) {
    if (task.paid) continue;
    Result<Price> price =
        offline_price(account.address.kind, task.width, task.height, task.settings);
    if (service && account.capabilities.has_estimate) {
      auto asked = (*service)->estimate(task.width, task.height, task.settings, cancellable);
      if (asked) price = std::move(asked);
    }
    sum.amount += price->amount;
    sum.unit = price->unit;
    sum.confirmed = sum.confirmed && price->confirmed;
    seconds += price->seconds.value_or(0);
    all_times_known = all_times_known && price->seconds.has_value();
  }
  if (all_times_known) sum.seconds = seconds;
  return sum;
}

}  // namespace

PriceLine::PriceLine() : box_(own(vertical_box(narrow_gap))) {
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
  asking_.start([tasks = tasks_, account = *account_](
                    GCancellable* cancellable) { return price_of(tasks, account, cancellable); },
                [this](Price price) {
                  price_ = std::move(price);
                  show();
                });
}

Price PriceLine::offline() const {
  Price sum;
  for (const PricedTask& task : tasks_) {
    if (task.paid) continue;
    const Price price =
        offline_price(account_->address.kind, task.width, task.height, task.settings);
    sum.amount += price.amount;
    sum.unit = price.unit;
  }
  return sum;
}

std::string PriceLine::warning() const {
  if (!account_ || account_->capabilities.free_of_charge || tasks_.empty()) return {};
  const Price price = price_.value_or(offline());
  if (balance_ && price.amount > balance_->available)
    return _("That is more than you have: buy more there, or choose This computer.");
  // The limit is one for each job; what is sent is compared job by job there.
  const auto& limit = tasks_.front().settings.max_cost;
  const auto jobs = std::ranges::count(tasks_, false, &PricedTask::paid);
  if (limit && price.amount > *limit * double(jobs))
    return _("That is more than your limit: raise it under “Result and cost”.");
  return {};
}

std::string PriceLine::cost_text() const {
  if (!account_ || account_->capabilities.free_of_charge || tasks_.empty()) return {};
  if (all_paid()) return {};
  const Price price = price_.value_or(offline());
  return amount_text(price.amount, price.unit);
}

bool PriceLine::all_paid() const { return std::ranges::all_of(tasks_, &PricedTask::paid); }

void PriceLine::show() {
  double pixels = 0;
  for (const auto& task : tasks_) pixels += double(task.width) * double(task.height);
  // TRANSLATORS: megapixels
  std::string text = tr("{} MP", number_text(pixels / 1e6, pixels < 1e5 ? 2 : 1));
  if (account_ && account_->capabilities.free_of_charge) {
    text += " · " + std::string(_("free"));
  } else if (account_ && all_paid()) {
    text += " · " + std::string(_("already paid"));
  }
  if (const std::string cost = cost_text(); !cost.empty()) {
    text += " · " + cost;
    if (balance_) {
      text += " " + tr("(you have {})",
                       number_text(balance_->available, balance_->unit == "USD" ? 2 : 0));
    }
  }
  if (price_ && price_->seconds) {
    text += " · " + tr("about {}", duration_text(*price_->seconds));
  }
  const std::string warned = warning();
  if (!warned.empty()) text += ". " + warned;
  set_text(line_, text);
  set_warning_colour(line_, !warned.empty());
}

}  // namespace sharpen
