#include "service/testing/account.h"

#include <algorithm>
#include <format>
#include <fstream>
#include <ranges>

#include "base/glib_error.h"
#include "base/json.h"

namespace sharpen::server {
namespace {

constexpr std::int64_t open_ended_total = 1'000'000;
constexpr const char* forgotten_member = "forgotten_credits";

std::string line_of(const Charge& charge) {
  return JsonWriter()
             .begin_object()
             .member("process_id", charge.process_id)
             .member("filename", charge.filename)
             .member("credits", charge.credits)
             .member("time", charge.time)
             .end_object()
             .text() +
         '\n';
}

std::unexpected<Error> unwritable(const std::filesystem::path& ledger) {
  return fail(ErrorKind::io, std::format("{} cannot be written.", ledger.string()),
              "Free some space on this disk, then try again.");
}

}  // namespace

Result<Account> Account::open(std::optional<std::int64_t> balance, std::filesystem::path ledger) {
  Account account(balance, std::move(ledger));
  if (!balance) return account;
  bool damaged = false;
  std::ifstream lines(account.ledger_);
  for (std::string line; std::getline(lines, line);) {
    const auto json = Json::parse(line);
    if (!json) {  // the last line of a process that was killed while writing
      damaged = true;
    } else if (const auto forgotten = (*json)[forgotten_member].integer()) {
      account.forgotten_ += *forgotten;
      account.charged_ += *forgotten;
    } else {
      account.take(
          {(*json)["process_id"].string().value_or(""), (*json)["filename"].string().value_or(""),
           (*json)["credits"].integer().value_or(0), (*json)["time"].integer().value_or(0)});
    }
  }
  if (damaged)
    if (auto written = account.write_ledger(account.forgotten_, account.charges_); !written)
      return fail(std::move(written));
  return account;
}

void Account::take(Charge charge) {
  const std::int64_t credits = charge.credits;
  std::string id = charge.process_id;
  if (charges_.try_emplace(std::move(id), std::move(charge)).second) charged_ += credits;
}

std::int64_t Account::total() const { return balance_.value_or(open_ended_total) - charged_; }

std::int64_t Account::reserved() const {
  return std::ranges::fold_left(reservations_ | std::views::values, std::int64_t{0}, std::plus());
}

std::vector<Charge> Account::charges() const {
  auto all = charges_ | std::views::values | std::ranges::to<std::vector>();
  std::ranges::stable_sort(all, {}, &Charge::time);
  return all;
}

bool Account::reserve(const std::string& process_id, std::int64_t credits) {
  if (!balance_) return true;
  if (credits > available()) return false;
  reservations_.insert_or_assign(process_id, credits);
  return true;
}

Result<void> Account::charge(const Charge& charge) {
  if (!balance_) return {};
  if (!charges_.contains(charge.process_id)) {
    std::ofstream lines(ledger_, std::ios::app);
    lines << line_of(charge) << std::flush;
    if (!lines) return unwritable(ledger_);
    take(charge);
  }
  release(charge.process_id);
  return {};
}

Result<void> Account::forget(const std::function<bool(const Charge&)>& is_over) {
  std::int64_t forgotten = forgotten_;
  std::map<std::string, Charge> kept;
  for (const auto& [id, charge] : charges_)
    if (is_over(charge))
      forgotten += charge.credits;
    else
      kept.emplace(id, charge);
  if (kept.size() == charges_.size()) return {};
  if (auto written = write_ledger(forgotten, kept); !written) return written;
  forgotten_ = forgotten;
  charges_ = std::move(kept);
  return {};
}

Result<void> Account::write_ledger(std::int64_t forgotten,
                                   const std::map<std::string, Charge>& charges) const {
  std::string text =
      JsonWriter().begin_object().member(forgotten_member, forgotten).end_object().text() + '\n';
  for (const Charge& charge : charges | std::views::values) text += line_of(charge);
  GErrorGuard error;
  if (!g_file_set_contents_full(ledger_.c_str(), text.data(), static_cast<gssize>(text.size()),
                                G_FILE_SET_CONTENTS_CONSISTENT, 0600, error.out()))
    return unwritable(ledger_);
  return {};
}

}  // namespace sharpen::server
