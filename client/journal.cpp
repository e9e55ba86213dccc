#include "client/journal.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <format>
#include <utility>

#include "base/i18n.h"
#include "base/unique_fd.h"
#include "client/lease.h"
#include "client/sqlite.h"

namespace sharpen {
namespace {

using sqlite::Database;
using sqlite::Statement;
using sqlite::Transaction;

/// Another process holds the database for milliseconds; a disk that sleeps, for seconds.
constexpr int busy_ms = 15'000;

/// One script for each version of the schema: version N is reached by running the first N.
constexpr std::array migrations = {
    R"(CREATE TABLE jobs (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         owner TEXT NOT NULL, renewed INTEGER NOT NULL,
         step TEXT NOT NULL, service TEXT NOT NULL, base_url TEXT NOT NULL,
         upload_name TEXT NOT NULL, process_id TEXT NOT NULL, download_url TEXT NOT NULL,
         settings TEXT NOT NULL,
         gimp_run TEXT NOT NULL, image_id INTEGER NOT NULL, layer_tattoo INTEGER NOT NULL,
         image_file TEXT NOT NULL, layer_name TEXT NOT NULL,
         offset_x INTEGER NOT NULL, offset_y INTEGER NOT NULL,
         width INTEGER NOT NULL, height INTEGER NOT NULL,
         channels INTEGER NOT NULL, bits INTEGER NOT NULL, format TEXT NOT NULL,
         original_file TEXT NOT NULL, result_file TEXT NOT NULL,
         cost REAL, created INTEGER NOT NULL, preview INTEGER NOT NULL);)"};

/// The columns of an entry, in the order of bind_entry() and read_entry().
constexpr const char* entry_columns =
    "step, service, base_url, upload_name, process_id, download_url, settings, gimp_run, image_id, "
    "layer_tattoo, image_file, layer_name, offset_x, offset_y, width, height, channels, bits, "
    "format, original_file, result_file, cost, created, preview";
constexpr int entry_column_count = 24;

constexpr std::array<std::string_view, 5> step_names = {"submitting", "running", "ready", "fetched",
                                                        "placed"};

std::int64_t now() { return g_get_real_time() / G_USEC_PER_SEC; }

void bind_entry(Statement& statement, const JournalEntry& entry) {
  statement.bind(step_names.at(static_cast<std::size_t>(entry.step)))
      .bind(word_of(entry.service))
      .bind(entry.base_url)
      .bind(entry.upload_name)
      .bind(entry.process_id)
      .bind(entry.download_url)
      .bind(to_json(entry.settings))
      .bind(entry.origin.gimp_run)
      .bind(std::int64_t{entry.origin.image_id})
      .bind(std::int64_t{entry.origin.layer_tattoo})
      .bind(entry.origin.image_file)
      .bind(entry.origin.layer_name)
      .bind(std::int64_t{entry.origin.offset_x})
      .bind(std::int64_t{entry.origin.offset_y})
      .bind(std::int64_t{entry.width})
      .bind(std::int64_t{entry.height})
      .bind(std::int64_t{entry.channels})
      .bind(std::int64_t{entry.bits})
      .bind(name_of(entry.format))
      .bind(entry.original_file.native())
      .bind(entry.result_file.native())
      .bind(entry.cost)
      .bind(entry.created)
      .bind(std::int64_t{entry.preview});
}

JobStep step_from(std::string_view name) {
  for (std::size_t i = 0; i < step_names.size(); ++i)
    if (step_names[i] == name) return static_cast<JobStep>(i);
  return JobStep::submitting;
}

FileFormat format_from(std::string_view name) {
  for (const auto format : {FileFormat::png, FileFormat::jpeg, FileFormat::tiff})
    if (name_of(format) == name) return format;
  return FileFormat::png;
}

JournalEntry read_entry(std::int64_t id, Statement& row) {
  JournalEntry entry;
  entry.id = id;
  entry.step = step_from(row.text());
  entry.service = service_from(row.text()).value_or(ServiceKind::own_server);
  entry.base_url = row.text();
  entry.upload_name = row.text();
  entry.process_id = row.text();
  entry.download_url = row.text();
  entry.settings = settings_from_json(row.text()).value_or(Settings());
  entry.origin.gimp_run = row.text();
  entry.origin.image_id = static_cast<int>(row.integer());
  entry.origin.layer_tattoo = static_cast<int>(row.integer());
  entry.origin.image_file = row.text();
  entry.origin.layer_name = row.text();
  entry.origin.offset_x = static_cast<int>(row.integer());
  entry.origin.offset_y = static_cast<int>(row.integer());
  entry.width = static_cast<std::uint32_t>(row.integer());
  entry.height = static_cast<std::uint32_t>(row.integer());
  entry.channels = static_cast<int>(row.integer());
  entry.bits = static_cast<int>(row.integer());
  entry.format = format_from(row.text());
  entry.original_file = row.text();
  entry.result_file = row.text();
  entry.cost = row.number();
  entry.created = row.integer();
  entry.preview = row.integer() != 0;
  return entry;
}

/// "?, ?, …" for every column of an entry.
std::string placeholders() {
  std::string marks = "?";
  for (int i = 1; i < entry_column_count; ++i) marks += ", ?";
  return marks;
}

bool may_take(std::string_view owner, std::int64_t renewed) {
  return !Lease::from_text(owner).alive(std::chrono::seconds(now() - renewed));
}

std::unexpected<Error> not_mine() {
  return fail(ErrorKind::conflict, _("Another run of GIMP works on this job now."),
              _("Let it finish there."));
}

std::unexpected<Error> cannot_write(const std::filesystem::path& where, int code) {
  return fail(ErrorKind::io,
              tr("The list of unfinished jobs cannot be kept in {}: {}.", where.string(),
                 std::string(g_strerror(code))),
              _("Make sure that this folder can be written and that the disk is not full, then try "
                "again."));
}

/// Whether the file is a journal that this program can work with; errors are those of other kinds
/// than damage (no permission, disk full), against which setting it aside would not help.
Result<bool> prepare(Database& database) {
  const auto check = [&]() -> Result<bool> {
    // Every step is paid for: it has to be on the disk, not in a write-ahead log that a network
    // file system cannot share. EXTRA also syncs the folder after the rollback journal is removed.
    if (auto set = database.run("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;"); !set)
      return fail(std::move(set));
    auto sound = database.text("PRAGMA quick_check(1)");
    if (!sound) return fail(std::move(sound));
    if (*sound != "ok") return false;
    auto version = database.integer("PRAGMA user_version");
    if (!version) return fail(std::move(version));
    if (*version < 0 || std::size_t(*version) > migrations.size()) return false;
    if (std::size_t(*version) == migrations.size()) {
      // The right version of something else is not a journal either.
      auto columns = database.prepare(std::format("SELECT {} FROM jobs", entry_columns).c_str());
      return columns.has_value();
    }
    auto transaction = Transaction::begin(database);
    if (!transaction) return fail(std::move(transaction));
    for (auto done = std::size_t(*version); done < migrations.size(); ++done)
      if (auto migrated = database.run(migrations.at(done)); !migrated) return false;
    const auto stamp = std::format("PRAGMA user_version = {}", migrations.size());
    if (auto stamped = database.run(stamp.c_str()); !stamped) return fail(std::move(stamped));
    if (auto committed = transaction->commit(); !committed) return fail(std::move(committed));
    return true;
  };
  auto usable = check();
  if (!usable && database.damaged()) return false;
  return usable;
}

/// The file with its mode. It must not be opened by us while SQLite has it:
/// closing it would drop this process's POSIX locks on it.
Result<void> make_private(const std::filesystem::path& file) {
  if (const UniqueFd made(::open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600)); made)
    return {};
  if (errno != EEXIST) return cannot_write(file, errno);
  if (::chmod(file.c_str(), 0600) != 0) return cannot_write(file, errno);
  return {};
}

/// Renames the file and its rollback journal, which belongs to its content.
Result<std::filesystem::path> set_aside(const std::filesystem::path& file) {
  std::filesystem::path aside;
  for (int attempt = 0;; ++attempt) {
    aside = std::format("{}.set-aside-{}{}", file.string(), now(),
                        attempt ? std::format("-{}", attempt) : "");
    if (::access(aside.c_str(), F_OK) != 0) break;
  }
  if (g_rename(file.c_str(), aside.c_str()) != 0) return cannot_write(file, errno);
  for (const char* suffix : {"-journal", "-wal", "-shm"})
    static_cast<void>(
        g_rename((file.string() + suffix).c_str(), (aside.string() + suffix).c_str()));
  return aside;
}

}  // namespace

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
  const auto folder = file.parent_path();
  if (g_mkdir_with_parents(folder.c_str(), 0700) != 0) return cannot_write(folder, errno);
  // One at a time: two processes that both find damage must not set each other's new file aside.
  const auto lock_file = file.string() + ".lock";
  const UniqueFd lock(::open(lock_file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  if (!lock) return cannot_write(folder, errno);
  while (::flock(lock.get(), LOCK_EX) != 0)
    if (errno != EINTR) return cannot_write(folder, errno);

  std::string notice;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (auto made = make_private(file); !made) return fail(std::move(made));
    auto sql = sqlite::Database::open(file, busy_ms);
    if (!sql) return fail(std::move(sql));
    auto usable = prepare(*sql);
    if (!usable) return fail(std::move(usable));
    if (*usable) return Journal(std::make_unique<Database>(std::move(*sql), std::move(notice)));
    auto aside = set_aside(file);
    if (!aside) return fail(std::move(aside));
    notice =
        tr("The list of unfinished jobs was damaged or made by a newer version; it was kept "
           "as {} and a new one was begun.",
           aside->string());
  }
  return cannot_write(folder, EIO);
}

const std::string& Journal::notice() const { return database_->notice; }

Result<std::int64_t> Journal::add(const JournalEntry& entry) {
  auto insert =
      database_->sql.prepare(std::format("INSERT INTO jobs ({}, owner, renewed) VALUES ({}, ?, ?)",
                                         entry_columns, placeholders())
                                 .c_str());
  if (!insert) return fail(std::move(insert));
  bind_entry(*insert, entry);
  insert->bind(database_->me).bind(now());
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
  change->bind(now()).bind(entry.id).bind(database_->me);
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

Result<std::vector<JournalEntry>> Journal::unfinished() const {
  auto query = database_->sql.prepare(
      std::format("SELECT id, owner, renewed, {} FROM jobs ORDER BY created, id", entry_columns)
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
    if (may_take(owner, renewed)) entries.push_back(read_entry(id, *query));
  }
}

Result<bool> Journal::adopt(std::int64_t id) {
  auto transaction = Transaction::begin(database_->sql);
  if (!transaction) return fail(std::move(transaction));
  auto free = database_->free_for_me(id, false);
  if (!free || !*free) return free;
  auto change = database_->sql.prepare("UPDATE jobs SET owner = ?, renewed = ? WHERE id = ?");
  if (!change) return fail(std::move(change));
  if (auto changed = change->bind(database_->me).bind(now()).bind(id).run(); !changed)
    return fail(std::move(changed));
  if (auto committed = transaction->commit(); !committed) return fail(std::move(committed));
  return true;
}

Result<void> Journal::release(std::int64_t id) {
  auto change = database_->sql.prepare("UPDATE jobs SET owner = '' WHERE id = ? AND owner = ?");
  if (!change) return fail(std::move(change));
  return change->bind(id).bind(database_->me).run();
}

}  // namespace sharpen
