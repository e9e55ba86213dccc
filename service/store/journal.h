#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/sqlite.h"

namespace sharpen::server {

/// What a record is about.
enum class RecordKind : std::int64_t { job = 1, source = 2, charge = 3, total = 4 };

/// A record that takes the place of an older one with its id, or that is removed.
struct Change {
  RecordKind kind = RecordKind::job;
  std::string id;
  std::optional<std::string> text;  ///< none: remove it
};

/// Records on disk (SQLite with a write-ahead log). One thread writes: all that waits while the
/// disk is busy becomes one transaction, so that many writers cost one wait.
class Journal {
 public:
  using OnSaved = std::function<void(const Result<void>&)>;

  /// Errors: io.
  [[nodiscard]] static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& file);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  /// Returns when everything is written that can be.
  ~Journal();

  /// Writes changes together and waits for the disk. Only before the first write(). Errors: io.
  [[nodiscard]] Result<void> write_now(std::vector<Change> changes);
  /// All records of a kind. Only before the first write().
  [[nodiscard]] Result<std::vector<std::string>> load(RecordKind kind);

  /// Writes changes together or not at all, after all that were given earlier. `on_saved` is called
  /// on the main thread when they are on the disk, or could not be written. Without it, what cannot
  /// be written is tried again, each second and once at the end.
  void write(std::vector<Change> changes, OnSaved on_saved = {});
  /// Whether something could not be written and is tried again.
  [[nodiscard]] bool behind() const { return behind_; }

 private:
  struct Batch {
    std::vector<Change> changes;
    OnSaved on_saved;
  };
  explicit Journal(sqlite::Database database);
  void run();
  void write_all(std::deque<Batch> batches);
  [[nodiscard]] Result<void> commit(const std::deque<Batch>& batches);

  sqlite::Database database_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Batch> waiting_;
  std::deque<Batch> again_;  ///< of the writing thread
  bool closing_ = false;
  std::atomic<bool> behind_ = false;
  std::jthread writer_;  ///< last, so that it ends first
};

}  // namespace sharpen::server
