#include "client/journal/journal_file.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <format>
#include <thread>
#include <utility>

#include "base/i18n.h"
#include "base/unique_fd.h"
#include "base/unix_time.h"
#include "client/journal/journal_rows.h"

namespace sharpen {
namespace {

using sqlite::Database;
using sqlite::Transaction;

/// One script for each version of the schema: version N is reached by running the first N.
constexpr std::array<const char*, 4> migrations = {
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
         cost REAL, created INTEGER NOT NULL, preview INTEGER NOT NULL);)",
    "ALTER TABLE jobs ADD COLUMN key_mark TEXT NOT NULL DEFAULT '';",
    R"(ALTER TABLE jobs ADD COLUMN box_x INTEGER NOT NULL DEFAULT 0;
       ALTER TABLE jobs ADD COLUMN box_y INTEGER NOT NULL DEFAULT 0;
       ALTER TABLE jobs ADD COLUMN layer_width INTEGER NOT NULL DEFAULT 0;
       ALTER TABLE jobs ADD COLUMN layer_height INTEGER NOT NULL DEFAULT 0;)",
    R"(ALTER TABLE jobs ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';
       ALTER TABLE jobs ADD COLUMN placed INTEGER NOT NULL DEFAULT 0;)"};

std::unexpected<Error> cannot_write(const std::filesystem::path& where, int code) {
  return fail(ErrorKind::io,
              tr("The list of unfinished jobs cannot be saved in {}: {}.", where.string(),
                 std::string(g_strerror(code))),
              _("Make sure that this folder can be written and that the disk is not full, then try "
                "again."));
}

/// Whether the file is a journal that this program can work with; errors are those of other kinds
/// than damage (no permission, disk full), against which setting it aside would not help.
Result<bool> prepare(Database& database) {
  // Asked at once: a roll-back would be the last call otherwise.
  const auto judge = [&](Error error) -> Result<bool> {
    if (database.is_unsound()) return false;
    return std::unexpected(std::move(error));
  };
  // Every step is paid for: it has to be on the disk, not in a write-ahead log that a network
  // file system cannot share. EXTRA also syncs the folder after the rollback journal is removed.
  if (auto set = database.run("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;"); !set)
    return judge(std::move(set).error());
  const auto sound = database.text("PRAGMA quick_check(1)");
  if (!sound) return judge(sound.error());
  if (*sound != "ok") return false;
  const auto version = database.integer("PRAGMA user_version");
  if (!version) return judge(version.error());
  if (*version < 0 || std::size_t(*version) > migrations.size()) return false;
  // The right version of something else is not a journal either.
  const auto is_journal = [&]() -> Result<bool> {
    const auto columns =
        database.prepare(std::format("SELECT {} FROM jobs", entry_columns).c_str());
    return columns ? true : judge(columns.error());
  };
  if (std::size_t(*version) == migrations.size()) return is_journal();
  auto transaction = Transaction::begin(database);
  if (!transaction) return judge(std::move(transaction).error());
  for (auto done = std::size_t(*version); done < migrations.size(); ++done)
    if (auto migrated = database.run(migrations.at(done)); !migrated)
      return judge(std::move(migrated).error());
  if (auto fits = is_journal(); !fits || !*fits) return fits;
  const auto stamp = std::format("PRAGMA user_version = {}", migrations.size());
  if (auto stamped = database.run(stamp.c_str()); !stamped)
    return judge(std::move(stamped).error());
  if (auto committed = transaction->commit(); !committed)
    return judge(std::move(committed).error());
  return true;
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
    aside = std::format("{}.set-aside-{}{}", file.string(), unix_now(),
                        attempt ? std::format("-{}", attempt) : "");
    if (::access(aside.c_str(), F_OK) != 0) break;
  }
  if (g_rename(file.c_str(), aside.c_str()) != 0) return cannot_write(file, errno);
  for (const char* suffix : {"-journal", "-wal", "-shm"})
    static_cast<void>(
        g_rename((file.string() + suffix).c_str(), (aside.string() + suffix).c_str()));
  return aside;
}

/// One at a time: two processes that both find damage must not set each other's new file aside.
Result<UniqueFd> lock_journal(const std::filesystem::path& file,
                              std::chrono::milliseconds patience) {
  const auto lock_file = file.string() + ".lock";
  UniqueFd lock(::open(lock_file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  if (!lock) return cannot_write(file.parent_path(), errno);
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR && errno != EWOULDBLOCK) return cannot_write(file.parent_path(), errno);
    if (std::chrono::steady_clock::now() >= give_up)
      return fail(ErrorKind::io, _("Another run of GIMP has locked the list of unfinished jobs."),
                  _("Close the other GIMP, then try again."));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return lock;
}

}  // namespace

Result<JournalFile> open_journal_file(const std::filesystem::path& file,
                                      std::chrono::milliseconds patience) {
  const auto folder = file.parent_path();
  if (g_mkdir_with_parents(folder.c_str(), 0700) != 0) return cannot_write(folder, errno);
  const auto lock = lock_journal(file, patience);
  if (!lock) return std::unexpected(lock.error());

  std::string notice;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (auto made = make_private(file); !made) return fail(std::move(made));
    auto sql = sqlite::Database::open(file, static_cast<int>(patience.count()));
    if (!sql) return fail(std::move(sql));
    auto usable = prepare(*sql);
    if (!usable) return fail(std::move(usable));
    if (*usable) return JournalFile{std::move(*sql), std::move(notice)};
    auto aside = set_aside(file);
    if (!aside) return fail(std::move(aside));
    notice =
        tr("The list of unfinished jobs was damaged or written by a newer version; it was renamed "
           "to {} and a new one was started.",
           aside->string());
  }
  return cannot_write(folder, EIO);
}

}  // namespace sharpen
