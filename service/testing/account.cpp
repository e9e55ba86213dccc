#include "service/testing/account.h"

#include <algorithm>
#include <format>
#include <fstream>
#include <ranges>

#include "base/json.h"

namespace sharpen::server {

Result<Account> Account::open(std::int64_t balance, std::filesystem::path ledger) {
  Account account(balance, std::move(ledger));
  std::ifstream lines(account.ledger_);
  for (std::string line; std::getline(lines, line);) {
    const auto json = Json::parse(line);
    if (!json) continue;  // the last line of a process that was killed while writing
    Charge charge{(*json)["process_id"].string().value_or(""),
                  (*json)["filename"].string().value_or(""),
                  (*json)["credits"].integer().value_or(0), (*json)["time"].integer().value_or(0)};
    account.charged_ += charge.credits;
    account.charges_.push_back(std::move(charge));
  }
  return account;
}

std::int64_t Account::reserved() const {
  return std::ranges::fold_left(reservations_ | std::views::values, std::int64_t{0}, std::plus());
}

bool Account::reserve(const std::string& process_id, std::int64_t credits) {
  if (credits > available()) return false;
  reservations_.insert_or_assign(process_id, credits);
  return true;
}

Result<void> Account::charge(const Charge& charge) {
  const bool already = std::ranges::contains(charges_, charge.process_id, &Charge::process_id);
  if (!already) {
    std::ofstream lines(ledger_, std::ios::app);
    lines << JsonWriter()
                 .begin_object()
                 .member("process_id", charge.process_id)
                 .member("filename", charge.filename)
                 .member("credits", charge.credits)
                 .member("time", charge.time)
                 .end_object()
                 .text()
          << '\n'
          << std::flush;
    if (!lines)
      return fail(ErrorKind::io, std::format("{} cannot be written.", ledger_.string()),
                  "Free some space on this disk, then try again.");
    charged_ += charge.credits;
    charges_.push_back(charge);
  }
  release(charge.process_id);
  return {};
}

}  // namespace sharpen::server
