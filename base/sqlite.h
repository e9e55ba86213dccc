#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sharpen::sqlite {

/// A prepared statement. Parameters and columns count from 0; a value is bound or read once, in
/// order, which keeps a long list of columns and its reader in step.
class Statement {
 public:
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  Statement& bind(const std::optional<double>& value);

  /// Makes it ready to be bound and run once more.
  Statement& reset();

  /// True: a row is there to be read. False: done. Errors: io.
  [[nodiscard]] Result<bool> step();
  /// Runs a statement that returns no rows.
  [[nodiscard]] Result<void> run();

  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] std::string text();
  [[nodiscard]] std::optional<double> number();

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0, read_ = 0;
};

/// One connection; belongs to one thread.
class Database {
 public:
  /// Opens an existing file, or makes one. Waits up to `busy_ms` for other processes at each call.
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& file, int busy_ms);

  /// Runs statements that return nothing.
  [[nodiscard]] Result<void> run(const char* sql);
  [[nodiscard]] Result<Statement> prepare(const char* sql);
  /// The first column of the first row, as a number or as text.
  [[nodiscard]] Result<std::int64_t> integer(const char* sql);
  [[nodiscard]] Result<std::string> text(const char* sql);

  [[nodiscard]] std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }
  /// How many rows the last statement changed.
  [[nodiscard]] int changes() const { return sqlite3_changes(handle_.get()); }
  /// Whether the call that has just failed says that the content is not a sound database of ours;
  /// else it is the disk, the rights or another process, and the content may be good.
  [[nodiscard]] bool is_unsound() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A write transaction, rolled back unless commit() was called.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  [[nodiscard]] Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace sharpen::sqlite
