#include "client/journal/journal.h"

#include <glib.h>

#include <format>
#include <utility>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/lease.h"
#include "base/sqlite.h"
#include "base/unix_time.h"
#include "client/journal/journal_file.h"
#include "client/journal/journal_rows.h"

namespace sharpen {
namespace {

using sqlite::Transaction;

bool may_take(std::string_view owner, std::int64_t renewed) {
  return !Lease::from_text(owner).alive(std::chrono::seconds(unix_now() - renewed));
}

std::unexpected<Error> not_mine() {
  return fail(ErrorKind::conflict, _("Another run of GIMP works on this job now."),
              _("Let it finish there."));
}

}  // namespace

std::string key_mark(const std::string& key, const std::string& upload_name) {
  if (key.empty()) return {};
  const std::string text = upload_name + "\n" + key;
  return std::string(
      OwnedChars(g_compute_checksum_for_string(G_CHECKSUM_SHA256, text.c_str(), -1)).get(), 8);
}

bool is_of_another_key(const JournalEntry& entry, const ServiceAddress& address) {
  // The one on this computer has a new key each time it starts.
  if (entry.service == ServiceKind::this_computer) return false;
  return !entry.key_mark.empty() && entry.key_mark != key_mark(address.key, entry.upload_name);
}

struct Journal::Database {
  sqlite::Database sql;
  std::string notice;
  std::string me = Lease::mine().text();

  /// Whether an entry is there and belongs to this process, to nobody or to a dead one.
  Result<bool> free_for_me(std::int64_t id, bool even_if_mine) {
    auto query = sql.prepare("SELECT owner, renewed FROM jobs WHERE id = ?");
    if (!query) return fail(std::move(query));
    query->bind(id);
    auto row = query->step();
    if (!row || !*row) return row;
    const auto owner = query->text();
    return (even_if_mine && owner == me) || may_take(owner, query->integer());
  }
};

Journal::Journal(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<Journal> Journal::open(const std::filesystem::path& file) {
  auto opened = open_journal_file(file);
  if (!opened) return fail(std::move(opened));
  return Journal(
      std::make_unique<Database>(std::move(opened->database), std::move(opened->notice)));
}

const std::string& Journal::notice() const { return database_->notice; }

Result<std::int64_t> Journal::add(const JournalEntry& entry) {
  auto insert =
      database_->sql.prepare(std::format("INSERT INTO jobs ({}, owner, renewed) VALUES ({}, ?, ?)",
                                         entry_columns, placeholders())
                                 .c_str());
  if (!insert) return fail(std::move(insert));
  bind_entry(*insert, entry);
  insert->bind(database_->me).bind(unix_now());
  if (auto added = insert->run(); !added) return fail(std::move(added));
  return database_->sql.last_id();
}

Result<void> Journal::update(const JournalEntry& entry) {
  auto change = database_->sql.prepare(
      std::format("UPDATE jobs SET ({}, renewed) = ({}, ?) WHERE id = ? AND owner = ?",
                  entry_columns, placeholders())
          .c_str());
  if (!change) return fail(std::move(change));
  bind_entry(*change, entry);
  change->bind(unix_now()).bind(entry.id).bind(database_->me);
  if (auto changed = change->run(); !changed) return changed;
  if (database_->sql.changes() != 1) return not_mine();
  return {};
}

Result<void> Journal::remove(std::int64_t id) {
  auto transaction = Transaction::begin(database_->sql);
  if (!transaction) return fail(std::move(transaction));
  auto free = database_->free_for_me(id, true);
  if (!free) return fail(std::move(free));
  if (!*free) {
    auto there = find(id);
    if (!there) return fail(std::move(there));
    return there->has_value() ? Result<void>(not_mine()) : Result<void>();
  }
  auto erase = database_->sql.prepare("DELETE FROM jobs WHERE id = ?");
  if (!erase) return fail(std::move(erase));
  erase->bind(id);
  if (auto erased = erase->run(); !erased) return erased;
  return transaction->commit();
}

Result<void> Journal::remove_placed_before(std::int64_t time) {
  auto erase = database_->sql.prepare("DELETE FROM jobs WHERE step = 'placed' AND created < ?");
  if (!erase) return fail(std::move(erase));
  return erase->bind(time).run();
}

Result<std::optional<JournalEntry>> Journal::find(std::int64_t id) const {
  auto query = database_->sql.prepare(
      std::format("SELECT {} FROM jobs WHERE id = ?", entry_columns).c_str());
  if (!query) return fail(std::move(query));
  query->bind(id);
  auto row = query->step();
  if (!row) return fail(std::move(row));
  if (!*row) return std::nullopt;
  return read_entry(id, *query);
}

Result<std::vector<std::filesystem::path>> Journal::files() const {
  auto query = database_->sql.prepare("SELECT original_file, result_file FROM jobs");
  if (!query) return fail(std::move(query));
  std::vector<std::filesystem::path> files;
  for (;;) {
    auto row = query->step();
    if (!row) return fail(std::move(row));
    if (!*row) return files;
    for (int column = 0; column < 2; ++column)
      if (std::string file = query->text(); !file.empty()) files.emplace_back(std::move(file));
  }
}

Result<std::vector<JournalEntry>> Journal::unfinished() const {
  return list(Of::nobody, "step != 'placed'");
}

Result<std::vector<JournalEntry>> Journal::placed() const {
  return list(Of::nobody, "step = 'placed'");
}

Result<std::vector<JournalEntry>> Journal::jobs() const { return list(Of::anybody, "1"); }

Result<std::vector<JournalEntry>> Journal::list(Of of, const char* where) const {
  auto query = database_->sql.prepare(
      std::format("SELECT id, owner, renewed, {} FROM jobs WHERE {} ORDER BY created, id",
                  entry_columns, where)
          .c_str());
  if (!query) return fail(std::move(query));
  std::vector<JournalEntry> entries;
  for (;;) {
    auto row = query->step();
    if (!row) return fail(std::move(row));
    if (!*row) return entries;
    const auto id = query->integer();
    const auto owner = query->text();
    const auto renewed = query->integer();
    if (of == Of::anybody || may_take(owner, renewed)) entries.push_back(read_entry(id, *query));
  }
}

Result<std::optional<JournalEntry>> Journal::adopt(std::int64_t id) {
  auto transaction = Transaction::begin(database_->sql);
  if (!transaction) return fail(std::move(transaction));
  const auto free = database_->free_for_me(id, false);
  if (!free) return std::unexpected(free.error());
  if (!*free) return std::nullopt;
  auto entry = find(id);
  if (!entry) return entry;
  auto change = database_->sql.prepare("UPDATE jobs SET owner = ?, renewed = ? WHERE id = ?");
  if (!change) return fail(std::move(change));
  if (auto changed = change->bind(database_->me).bind(unix_now()).bind(id).run(); !changed)
    return fail(std::move(changed));
  if (auto committed = transaction->commit(); !committed) return fail(std::move(committed));
  return entry;
}

Result<bool> Journal::is_mine(std::int64_t id) const {
  auto query = database_->sql.prepare("SELECT 1 FROM jobs WHERE id = ? AND owner = ?");
  if (!query) return fail(std::move(query));
  return query->bind(id).bind(database_->me).step();
}

Result<void> Journal::release(std::int64_t id) {
  auto change = database_->sql.prepare("UPDATE jobs SET owner = '' WHERE id = ? AND owner = ?");
  if (!change) return fail(std::move(change));
  return change->bind(id).bind(database_->me).run();
}

}  // namespace sharpen
