#include "client/journal/manifest.h"

#include <glib.h>
#include <sys/stat.h>

#include <utility>

#include "base/i18n.h"
#include "base/lease.h"
#include "base/unix_time.h"
#include "client/journal/journal_file.h"

namespace sharpen {
namespace {

using sqlite::Statement;
using sqlite::Transaction;

constexpr const char* schema =
    R"(CREATE TABLE IF NOT EXISTS outputs (
         content TEXT NOT NULL, settings TEXT NOT NULL, wanted TEXT NOT NULL,
         owner TEXT NOT NULL, renewed INTEGER NOT NULL,
         file TEXT NOT NULL DEFAULT '', bytes INTEGER NOT NULL DEFAULT 0,
         modified INTEGER NOT NULL DEFAULT 0,
         job TEXT NOT NULL DEFAULT '', cost REAL, finding TEXT NOT NULL DEFAULT '',
         PRIMARY KEY (content, settings, wanted));
       CREATE INDEX IF NOT EXISTS outputs_by_file ON outputs (file);)";

/// By which a file that somebody has changed is known.
struct FileStamp {
  std::int64_t bytes = -1, modified = 0;
  [[nodiscard]] bool operator==(const FileStamp&) const = default;
};

FileStamp stamp_of(const std::filesystem::path& file) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return {};
  constexpr std::int64_t nanoseconds = 1'000'000'000;
  return {found.st_size, found.st_mtim.tv_sec * nanoseconds + found.st_mtim.tv_nsec};
}

bool any(const std::filesystem::path& /*file*/) { return true; }

/// The first of the rows whose file is as it was written.
Result<std::optional<WrittenOutput>> first_intact(Statement& rows,
                                                  const Manifest::Fits& fits = any) {
  for (;;) {
    const auto row = rows.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::nullopt;
    WrittenOutput output;
    output.file = rows.text();
    FileStamp stamp;
    stamp.bytes = rows.integer();
    stamp.modified = rows.integer();
    output.job = rows.text();
    output.cost = rows.number();
    output.finding = rows.text();
    if (fits(output.file) && stamp == stamp_of(output.file)) return output;
  }
}

}  // namespace

Manifest::Manifest(sqlite::Database database)
    : database_(std::move(database)), me_(Lease::mine().text()) {}

Result<Manifest> Manifest::open(const std::filesystem::path& journal) {
  auto opened = open_journal_file(journal);
  if (!opened) return fail(std::move(opened));
  if (auto made = opened->database.run(schema); !made) return fail(std::move(made));
  return Manifest(std::move(opened->database));
}

Result<std::optional<WrittenOutput>> Manifest::find(const OutputKey& key,
                                                    const std::filesystem::path& wanted) {
  auto rows = database_.prepare(
      "SELECT file, bytes, modified, job, cost, finding FROM outputs "
      "WHERE content = ? AND settings = ? AND wanted = ? AND file != ''");
  if (!rows) return fail(std::move(rows));
  rows->bind(key.content).bind(key.settings).bind(wanted.native());
  return first_intact(*rows);
}

Result<std::optional<WrittenOutput>> Manifest::find_equal(const OutputKey& key, const Fits& fits) {
  auto rows = database_.prepare(
      "SELECT file, bytes, modified, job, cost, finding FROM outputs "
      "WHERE content = ? AND settings = ? AND file != ''");
  if (!rows) return fail(std::move(rows));
  rows->bind(key.content).bind(key.settings);
  return first_intact(*rows, fits);
}

Result<bool> Manifest::has_written(const std::filesystem::path& file) {
  auto rows = database_.prepare(
      "SELECT file, bytes, modified, job, cost, finding FROM outputs WHERE file = ?");
  if (!rows) return fail(std::move(rows));
  rows->bind(file.native());
  const auto intact = first_intact(*rows);
  if (!intact) return std::unexpected(intact.error());
  return intact->has_value();
}

Result<bool> Manifest::claim(const OutputKey& key, const std::filesystem::path& wanted) {
  auto transaction = Transaction::begin(database_);
  if (!transaction) return fail(std::move(transaction));
  auto held = database_.prepare(
      "SELECT owner, renewed FROM outputs WHERE content = ? AND settings = ? AND wanted = ?");
  if (!held) return fail(std::move(held));
  const auto row = held->bind(key.content).bind(key.settings).bind(wanted.native()).step();
  if (!row) return std::unexpected(row.error());
  if (*row) {
    const std::string owner = held->text();
    const auto renewed_ago = std::chrono::seconds(unix_now() - held->integer());
    if (owner != me_ && Lease::from_text(owner).alive(renewed_ago)) return false;
  }
  auto take = database_.prepare(
      "INSERT INTO outputs (content, settings, wanted, owner, renewed) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET owner = excluded.owner, renewed = excluded.renewed");
  if (!take) return fail(std::move(take));
  take->bind(key.content).bind(key.settings).bind(wanted.native()).bind(me_).bind(unix_now());
  if (auto taken = take->run(); !taken) return fail(std::move(taken));
  if (auto committed = transaction->commit(); !committed) return fail(std::move(committed));
  return true;
}

Result<void> Manifest::record(const OutputKey& key, const std::filesystem::path& wanted,
                              const WrittenOutput& output, const std::filesystem::path& complete) {
  const FileStamp stamp = stamp_of(complete);
  auto change = database_.prepare(
      "UPDATE outputs SET owner = '', renewed = ?, file = ?, bytes = ?, modified = ?, job = ?, "
      "cost = ?, finding = ? WHERE content = ? AND settings = ? AND wanted = ?");
  if (!change) return fail(std::move(change));
  change->bind(unix_now())
      .bind(output.file.native())
      .bind(stamp.bytes)
      .bind(stamp.modified)
      .bind(output.job)
      .bind(output.cost)
      .bind(output.finding)
      .bind(key.content)
      .bind(key.settings)
      .bind(wanted.native());
  return change->run();
}

Result<void> Manifest::release(const OutputKey& key, const std::filesystem::path& wanted) {
  auto change = database_.prepare(
      "UPDATE outputs SET owner = '' "
      "WHERE content = ? AND settings = ? AND wanted = ? AND owner = ?");
  if (!change) return fail(std::move(change));
  return change->bind(key.content).bind(key.settings).bind(wanted.native()).bind(me_).run();
}

}  // namespace sharpen
