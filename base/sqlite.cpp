#include "base/sqlite.h"

#include <utility>

#include "base/i18n.h"

namespace sharpen::sqlite {
namespace {

const char* hint_for(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return _("Free some space on this disk, then try again.");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return _("Another program has locked this file. Close it, then try again.");
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return _("Make sure that this file and its folder can be written, then try again.");
    default:
      return _(
          "Make sure that its folder can be written and that the disk is not full, then try "
          "again.");
  }
}

std::unexpected<Error> database_error(sqlite3* handle) {
  const char* file = handle ? sqlite3_db_filename(handle, nullptr) : nullptr;
  return fail(ErrorKind::io,
              tr("The list of jobs ({}) cannot be used: {}.", std::string(file ? file : "?"),
                 std::string(handle ? sqlite3_errmsg(handle) : sqlite3_errstr(SQLITE_NOMEM))),
              hint_for(handle ? sqlite3_errcode(handle) : SQLITE_NOMEM));
}

}  // namespace

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  sqlite3_bind_text64(statement_.get(), ++bound_, value.data() ? value.data() : "", value.size(),
                      SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(const std::optional<double>& value) {
  ++bound_;
  if (value)
    sqlite3_bind_double(statement_.get(), bound_, *value);
  else
    sqlite3_bind_null(statement_.get(), bound_);
  return *this;
}

Statement& Statement::reset() {
  sqlite3_reset(statement_.get());
  bound_ = 0;
  return *this;
}

Result<bool> Statement::step() {
  read_ = 0;
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return database_error(sqlite3_db_handle(statement_.get()));
  }
}

Result<void> Statement::run() {
  if (auto row = step(); !row) return fail(std::move(row));
  return {};
}

std::int64_t Statement::integer() { return sqlite3_column_int64(statement_.get(), read_++); }

std::string Statement::text() {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), read_));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), read_));
  ++read_;
  return bytes ? std::string(bytes, size) : std::string();
}

std::optional<double> Statement::number() {
  const int column = read_++;
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return sqlite3_column_double(statement_.get(), column);
}

Result<Database> Database::open(const std::filesystem::path& file, int busy_ms) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(handle);
  if (code != SQLITE_OK) return database_error(handle);
  sqlite3_busy_timeout(handle, busy_ms);
  return database;
}

Result<void> Database::run(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return database_error(handle_.get());
  return {};
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql, -1, &statement, nullptr) != SQLITE_OK)
    return database_error(handle_.get());
  return Statement(statement);
}

Result<std::int64_t> Database::integer(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(std::move(statement));
  if (auto row = statement->step(); !row) return fail(std::move(row));
  return statement->integer();
}

Result<std::string> Database::text(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(std::move(statement));
  if (auto row = statement->step(); !row) return fail(std::move(row));
  return statement->text();
}

bool Database::is_unsound() const {
  const int code = sqlite3_errcode(handle_.get()) & 0xff;
  // SQLITE_ERROR: our SQL does not fit the tables that are there.
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;
}

Result<Transaction> Transaction::begin(Database& database) {
  // IMMEDIATE: a transaction that reads first and then writes could be refused half way.
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return fail(std::move(begun));
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_) static_cast<void>(database_->run("ROLLBACK"));
}

Result<void> Transaction::commit() {
  if (auto committed = database_->run("COMMIT"); !committed) return committed;
  database_ = nullptr;
  return {};
}

}  // namespace sharpen::sqlite
