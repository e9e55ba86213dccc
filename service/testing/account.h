#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace sharpen::server {

/// One completed and charged job.
struct Charge {
  std::string process_id;
  std::string filename;  ///< of the upload
  std::int64_t credits = 0;
  std::int64_t time = 0;  ///< Unix seconds
};

/// The credits of the one account: reserved at the submit, charged at completion, and never twice
/// for the same job. Charges are kept in a file, one JSON object a line. Without a balance the
/// account is open-ended: nothing is reserved, charged or written, and total() never changes.
class Account {
 public:
  [[nodiscard]] static Result<Account> open(std::optional<std::int64_t> balance,
                                            std::filesystem::path ledger);

  [[nodiscard]] std::int64_t total() const;
  [[nodiscard]] std::int64_t reserved() const;
  [[nodiscard]] std::int64_t available() const { return total() - reserved(); }
  /// The charges that are not forgotten, oldest first.
  [[nodiscard]] std::vector<Charge> charges() const;

  /// False if fewer credits are available.
  [[nodiscard]] bool reserve(const std::string& process_id, std::int64_t credits);
  void release(const std::string& process_id) { reservations_.erase(process_id); }
  /// Ends the reservation. Errors: io, and then nothing is charged.
  [[nodiscard]] Result<void> charge(const Charge& charge);
  /// Drops charges that nobody asks for any more; what they cost stays charged. Errors: io, and
  /// then nothing is forgotten.
  [[nodiscard]] Result<void> forget(const std::function<bool(const Charge&)>& is_over);

 private:
  Account(std::optional<std::int64_t> balance, std::filesystem::path ledger)
      : balance_(balance), ledger_(std::move(ledger)) {}
  void take(Charge charge);
  [[nodiscard]] Result<void> write_ledger(std::int64_t forgotten,
                                          const std::map<std::string, Charge>& charges) const;

  std::optional<std::int64_t> balance_;
  std::int64_t charged_ = 0, forgotten_ = 0;  ///< forgotten_ is a part of charged_
  std::filesystem::path ledger_;
  std::map<std::string, std::int64_t> reservations_;
  std::map<std::string, Charge> charges_;  ///< by process_id
};

}  // namespace sharpen::server
