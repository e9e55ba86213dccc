#pragma once

#include <gio/gio.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "base/spool_file.h"
#include "client/home.h"
#include "client/journal/journal.h"
#include "client/providers/service.h"
#include "client/providers/settings.h"

namespace sharpen {

enum class Stage { preparing, uploading, waiting, sharpening, downloading, placing };
[[nodiscard]] const char* title_of(Stage stage);  ///< N_()

struct JobProgress {
  Stage stage = Stage::preparing;
  std::optional<double> fraction;  ///< of the whole job, 0 … 1, never falls
  std::optional<double> remaining_seconds;
};
/// Called on the worker's thread.
using OnProgress = std::function<void(const JobProgress&)>;

/// One picture to be sharpened.
struct JobRequest {
  ServiceAddress service;
  Settings settings;
  Upload upload;  ///< `name` may be empty: a fresh one is made
  LayerOrigin origin;
  bool preview = false;
  /// Called on the worker's thread whenever the service asks for fewer requests. May be empty.
  std::function<void()> on_busy = {};
  /// Called on the worker's thread when no other job has the result and the picture has to be sent:
  /// its entry is in the journal already. An error ends the job with nothing sent. May be empty.
  std::function<Result<void>()> before_sending = {};
};

struct JobResult {
  std::int64_t journal_id = 0;  ///< for placed_job() once the result is in an image
  std::string upload_name;      ///< tells the job from all others
  bool paid_before = false;     ///< of another run on the same picture: nothing was paid
  bool told_elsewhere = false;  ///< its price: by a process that is alive or has placed the result
  /// Of `format`, checked: a picture, of the size that was sent unless resume_job() brought it.
  SpoolFile file;
  FileFormat format = FileFormat::png;
  PictureInfo info;
  std::string source_id;     ///< for later runs on the same upload
  std::string options_json;  ///< what the service said it did; may be empty
  std::string remark;        ///< a sentence on what the service left out; may be empty
  bool changed = true;       ///< false: the service says that it left the picture as it was
  std::optional<Price> charged;
};

/// Submit, wait, download, check: one paid job from end to end, in the calling (worker) thread.
/// Journalled at each step in home.journal(); whatever interrupts it, recover() goes on where it
/// stopped. On ErrorKind::cancelled the message says whether the job will be charged. The spooled
/// upload is taken over by the journal: it is removed when the entry is. An
/// unfinished job with the same picture and settings is continued, or shared with the run that
/// works on it, instead of being paid for again.
[[nodiscard]] Result<JobResult> run_job(const JobRequest& request, const Home& home,
                                        const OnProgress& on_progress, GCancellable* cancellable);

/// Goes on with an entry of Journal::unfinished() that this process has adopted. `service` is
/// its address with the key. Never submits anything.
[[nodiscard]] Result<JobResult> resume_job(const JournalEntry& entry, const ServiceAddress& service,
                                           const Home& home, const OnProgress& on_progress,
                                           GCancellable* cancellable);

/// How long services keep a result.
inline constexpr std::int64_t kept_seconds = 7 * 24 * 3600;

/// The result is in an image, which may be lost before it is saved: removes the kept files, and
/// keeps a paid job in the journal as Journal::placed(), so that the service can be asked for its
/// result again (else that stays here) and the same picture is not paid for again. What was free is
/// forgotten.
[[nodiscard]] Result<void> placed_job(std::int64_t journal_id, const Home& home);

/// Removes the journal entry and the kept files after the result was saved or given up, and
/// the job at the service of this computer. Other services keep theirs for seven days. If another
/// run waits for the result, all is left to that.
[[nodiscard]] Result<void> finish_job(std::int64_t journal_id, const Home& home);

/// Stops the job at its service if that is possible, and then forgets it. True: not charged. False:
/// it was too late, so it is charged and kept to be fetched. Errors: not_found if the service does
/// not know it any more (it is forgotten too), and those of a request.
[[nodiscard]] Result<bool> cancel_job(const JournalEntry& entry, const ServiceAddress& service,
                                      const Home& home, GCancellable* cancellable);

/// A job that is not begun, for its price.
struct PlannedJob {
  std::uint32_t width = 0, height = 0;
  Settings settings;
};
/// What jobs cost together and how long they take, as the service answers; by the rule where it
/// does not. Blocks: call it in a worker thread.
[[nodiscard]] Price price_of(std::span<const PlannedJob> jobs, const ServiceAddress& address,
                             const Home& home, GCancellable* cancellable);

}  // namespace sharpen
