#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "client/providers/service.h"
#include "image/picture.h"

namespace sharpen {

/// Where a picture came from, so that a later run finds its place again.
struct LayerOrigin {
  std::string gimp_run;  ///< UUID of one GIMP session: image ids repeat in the next
  int image_id = 0;
  int layer_tattoo = 0;
  std::string image_file;  ///< URI; empty if never saved
  std::string layer_name;
  int offset_x = 0, offset_y = 0;         ///< of the box that was sent, image coordinates, pixels
  int box_x = 0, box_y = 0;               ///< of the same box, in pixels of the layer
  int layer_width = 0, layer_height = 0;  ///< as sent; 0: the job is of a version that kept no box
};

/// How far a job came. Written before the step that it names is begun.
enum class JobStep { submitting, running, ready, fetched, placed };

struct JournalEntry {
  std::int64_t id = 0;
  JobStep step = JobStep::submitting;
  ServiceKind service = ServiceKind::this_computer;
  std::string base_url;
  std::string upload_name, process_id, download_url;
  Settings settings;
  LayerOrigin origin;
  std::uint32_t width = 0, height = 0;
  int channels = 3, bits = 8;           ///< as sent
  FileFormat format = FileFormat::png;  ///< as sent and as asked for
  std::filesystem::path original_file;  ///< the spooled upload, kept while the job is unfinished
  std::filesystem::path result_file;    ///< the fetched result
  std::optional<double> cost;
  std::int64_t created = 0;  ///< Unix seconds
  bool preview = false;
  std::string key_mark;     ///< of the key that it was sent with; empty: none, or not known
  std::string fingerprint;  ///< fingerprint_of() what was sent; empty: free of charge, or not known
  std::int64_t placed = 0;  ///< when its result came into an image, Unix microseconds; 0: not yet

  /// Whether the service can be asked for the result: one that came with the answer to the submit
  /// is here only.
  [[nodiscard]] bool is_at_service() const { return !process_id.empty() || !download_url.empty(); }
};

/// Eight digits by which two keys can be told apart but no key be found. `upload_name` is salt.
[[nodiscard]] std::string key_mark(const std::string& key, const std::string& upload_name);
/// Whether a job was sent with another key than an address has: that account may not know it.
[[nodiscard]] bool is_of_another_key(const JournalEntry& entry, const ServiceAddress& address);

/// Jobs on disk (SQLite, 0600 in a folder 0700), so that a paid result survives whatever kills us.
/// Several processes may use it at once; each entry has an owner, a lease (base/lease.h).
/// One object belongs to one thread. Errors of all calls: io, and conflict where another process
/// owns the entry.
class Journal {
 public:
  /// Opens the journal, or makes an empty one. A file that is damaged, or that a newer version of
  /// this program wrote, is renamed aside and said so by notice(): work goes on. One that is only
  /// out of reach (full disk, no rights, locked) stays where it is.
  [[nodiscard]] static Result<Journal> open(const std::filesystem::path& file);
  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  ~Journal();

  /// What the user has to know about the opening: a sentence, or empty.
  [[nodiscard]] const std::string& notice() const;

  /// Writes a new job, owned by this process, durable on return. Sets nothing but the id.
  [[nodiscard]] Result<std::int64_t> add(const JournalEntry& entry);
  /// Replaces an entry that this process owns; durable on return.
  [[nodiscard]] Result<void> update(const JournalEntry& entry);
  /// The result is in an image or a file, or is given up: forgets the job.
  [[nodiscard]] Result<void> remove(std::int64_t id);
  /// Forgets the jobs that are in an image and older than this (Unix seconds), whoever owns them.
  [[nodiscard]] Result<void> remove_placed_before(std::int64_t time);
  [[nodiscard]] Result<std::optional<JournalEntry>> find(std::int64_t id) const;

  /// All jobs, whoever owns them, oldest first.
  [[nodiscard]] Result<std::vector<JournalEntry>> jobs() const;
  /// Their pictures.
  [[nodiscard]] Result<std::vector<std::filesystem::path>> files() const;
  /// Jobs whose owner is dead (or that nobody owns) and that are in no image yet, oldest first.
  [[nodiscard]] Result<std::vector<JournalEntry>> unfinished() const;
  /// Those whose result is in an image that may not have been saved, likewise.
  [[nodiscard]] Result<std::vector<JournalEntry>> placed() const;
  /// Becomes the owner of a job whose owner is dead, and reads it again: another process may have
  /// gone on with it since it was listed. Empty if that was faster, or has finished the job.
  [[nodiscard]] Result<std::optional<JournalEntry>> adopt(std::int64_t id);
  /// Whether this process owns a job.
  [[nodiscard]] Result<bool> is_mine(std::int64_t id) const;
  /// Gives up ownership of a job that is to be finished later.
  [[nodiscard]] Result<void> release(std::int64_t id);

 private:
  struct Database;
  enum class Of { anybody, nobody };  ///< what a dead process owned is nobody's
  [[nodiscard]] Result<std::vector<JournalEntry>> list(Of owner, const char* where) const;
  explicit Journal(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace sharpen
