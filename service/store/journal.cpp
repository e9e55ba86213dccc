#include "service/store/journal.h"

#include <glib.h>

#include <chrono>
#include <utility>

#include "base/glib_source.h"

namespace sharpen::server {
namespace {

constexpr int busy_ms = 10'000;
constexpr std::chrono::seconds retry_pause(1);

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::filesystem::path& file) {
  auto database = sqlite::Database::open(file, busy_ms);
  if (!database) return fail(std::move(database));
  // FULL: a commit has reached the disk when it returns, whatever becomes of the machine.
  const auto ready = database->run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "CREATE TABLE IF NOT EXISTS records (kind INTEGER, id TEXT, record TEXT NOT NULL,"
      " PRIMARY KEY (kind, id)) WITHOUT ROWID");
  if (!ready) return std::unexpected(ready.error());
  return std::unique_ptr<Journal>(new Journal(*std::move(database)));
}

Journal::Journal(sqlite::Database database)
    : database_(std::move(database)), writer_([this] { run(); }) {}

Journal::~Journal() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
}

Result<std::vector<std::string>> Journal::load(RecordKind kind) {
  auto query = database_.prepare("SELECT record FROM records WHERE kind = ?");
  if (!query) return fail(std::move(query));
  query->bind(static_cast<std::int64_t>(kind));
  std::vector<std::string> records;
  for (;;) {
    auto row = query->step();
    if (!row) return fail(std::move(row));
    if (!*row) return records;
    records.push_back(query->text());
  }
}

Result<void> Journal::write_now(std::vector<Change> changes) {
  std::deque<Batch> batch;
  batch.emplace_back(std::move(changes));
  return commit(batch);
}

void Journal::write(std::vector<Change> changes, OnSaved on_saved) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_.emplace_back(std::move(changes), std::move(on_saved));
  }
  wake_.notify_one();
}

void Journal::run() {
  for (std::unique_lock lock(mutex_);;) {
    const auto due = [this] { return closing_ || !waiting_.empty(); };
    if (again_.empty())
      wake_.wait(lock, due);
    else
      wake_.wait_for(lock, retry_pause, due);
    const bool last = closing_;
    std::deque<Batch> batches = std::exchange(again_, {});
    for (Batch& batch : std::exchange(waiting_, {})) batches.push_back(std::move(batch));
    lock.unlock();
    if (!batches.empty()) write_all(std::move(batches));
    lock.lock();
    if (last && waiting_.empty()) return;
  }
}

void Journal::write_all(std::deque<Batch> batches) {
  auto all = commit(batches);
  for (Batch& batch : batches) {
    auto saved = all;
    if (!all) {  // only those that have to fail do
      std::deque<Batch> alone;
      alone.push_back(std::move(batch));
      saved = again_.empty() || alone.front().on_saved ? commit(alone) : all;
      batch = std::move(alone.front());
    }
    if (batch.on_saved)
      post([on_saved = std::move(batch.on_saved), saved] { on_saved(saved); });
    else if (!saved)
      again_.push_back(std::move(batch));
  }
  behind_ = !again_.empty();
  if (!all) g_warning("%s", all.error().text().c_str());
}

Result<void> Journal::commit(const std::deque<Batch>& batches) {
  auto transaction = sqlite::Transaction::begin(database_);
  if (!transaction) return fail(std::move(transaction));
  auto put = database_.prepare("INSERT OR REPLACE INTO records VALUES (?, ?, ?)");
  if (!put) return fail(std::move(put));
  auto erase = database_.prepare("DELETE FROM records WHERE kind = ? AND id = ?");
  if (!erase) return fail(std::move(erase));
  for (const Batch& batch : batches)
    for (const Change& change : batch.changes) {
      auto& statement = change.text ? *put : *erase;
      statement.reset().bind(static_cast<std::int64_t>(change.kind)).bind(change.id);
      if (change.text) statement.bind(*change.text);
      if (auto done = statement.run(); !done) return done;
    }
  return transaction->commit();
}

}  // namespace sharpen::server
