#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
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
/// for the same job. Charges are kept in a file, one JSON object a line.
class Account {
 public:
  [[nodiscard]] static Result<Account> open(std::int64_t balance, std::filesystem::path ledger);

  [[nodiscard]] std::int64_t total() const { return balance_ - charged_; }
  [[nodiscard]] std::int64_t reserved() const;
  [[nodiscard]] std::int64_t available() const { return total() - reserved(); }
  [[nodiscard]] const std::vector<Charge>& charges() const { return charges_; }

  /// False if fewer credits are available.
  [[nodiscard]] bool reserve(const std::string& process_id, std::int64_t credits);
  void release(const std::string& process_id) { reservations_.erase(process_id); }
  /// Ends the reservation. Errors: io, and then nothing is charged.
  [[nodiscard]] Result<void> charge(const Charge& charge);

 private:
  Account(std::int64_t balance, std::filesystem::path ledger)
      : balance_(balance), ledger_(std::move(ledger)) {}

  std::int64_t balance_ = 0, charged_ = 0;
  std::filesystem::path ledger_;
  std::map<std::string, std::int64_t> reservations_;
  std::vector<Charge> charges_;
};

}  // namespace sharpen::server
