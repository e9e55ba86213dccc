#pragma once

#include <algorithm>
#include <memory>
#include <optional>

#include "client/jobs/job.h"
#include "client/jobs/job_steps.h"
#include "client/jobs/spooled_upload.h"
#include "client/jobs/wait_mark.h"

namespace sharpen {

/// One job under way: what run_job() and resume_job() share. Belongs to one thread.
class JobRun {
 public:
  JobRun(ServiceAddress address, const Home& home, const OnProgress& on_progress,
         GCancellable* cancellable, Pace pace);

  /// A new job: submit and all that follows.
  [[nodiscard]] Result<JobResult> start(const JobRequest& request);
  /// An old one: goes on where it stopped.
  [[nodiscard]] Result<JobResult> resume(const JournalEntry& entry);

 private:
  [[nodiscard]] Result<void> prepare(const Upload& upload, const Settings& settings);
  [[nodiscard]] Result<void> open_journal(bool needed);
  /// The result of a job with the same picture and settings, whoever has begun it. Empty: there is
  /// none, and this job is in the journal as the one that sends the picture.
  [[nodiscard]] Result<std::optional<JobResult>> result_of_same(SpooledUpload& owned);
  /// Fetches, for this request too, the result of a job that another run works on. Empty: the
  /// service may not have it yet.
  [[nodiscard]] Result<std::optional<JobResult>> share(JournalEntry job, SpooledUpload& owned);
  /// Looks a job that another run is sending up by its name. False: it may still be on its way.
  [[nodiscard]] Result<bool> find_unnumbered(JournalEntry& job);
  /// Continues a job of a run that has ended. Empty: there is none, or none any more at the
  /// service.
  [[nodiscard]] Result<std::optional<JobResult>> go_on_with_same(SpooledUpload& owned);
  /// Forgets what was another job's: this run sends its picture itself.
  void begin_anew(JournalEntry fresh);
  [[nodiscard]] Result<void> save(JobStep step);
  [[nodiscard]] Result<JobResult> follow(std::optional<std::filesystem::path> inline_result);
  [[nodiscard]] Result<CheckedPicture> obtain(const std::optional<std::filesystem::path>& here);
  [[nodiscard]] Result<JobResult> result_of(CheckedPicture picture);
  /// A picture of another size fits into no layer: only recovery offers it, as an image.
  [[nodiscard]] Result<void> check_size(const PictureInfo& info);
  [[nodiscard]] Result<void> find_lost_job();
  /// The error about a job that was sent, and that the service does not or cannot name.
  [[nodiscard]] Error may_be_billed() const;
  /// Turns an error of a job into what the user has to know, and keeps or forgets the job.
  [[nodiscard]] Error conclude(Error error);
  /// Whether a job that is “not found” is not listed either: a gateway may say so of any address.
  [[nodiscard]] bool is_gone();
  [[nodiscard]] Error stop_at_service();
  void forget();
  void forget_at_service();
  void keep_for_later();
  void report(Stage stage, double fraction, std::optional<double> remaining = {});
  void report(const Status& status);
  [[nodiscard]] Transfer reporter(Stage stage, double from, double to);
  [[nodiscard]] ExpectedPicture expected() const { return {entry_.width, entry_.height}; }

  ServiceAddress address_;
  const Home& home_;
  const OnProgress& on_progress_;
  GCancellable* cancellable_;
  Pace pace_;
  std::unique_ptr<Service> service_;
  std::optional<Journal> journal_;
  JournalEntry entry_;
  std::string source_id_;
  Status last_status_;
  double fraction_ = 0, reported_ = -1;
  Stage stage_ = Stage::preparing;
  bool is_new_ = false;            ///< start()ed, not resume()d
  bool keeps_answer_ = false;      ///< whatever the service still has
  bool is_earlier_ = false;        ///< the job is an earlier one of the picture that was to be sent
  bool is_shared_ = false;         ///< another run works on the same job
  bool was_placed_ = false;        ///< an image has, or had, the result: it is fetched once more
  bool may_exist_ = false;         ///< the service may have the job though its id is not known
  std::string fruitless_;          ///< upload name of a shared job that ended without a result
  std::optional<WaitMark> waits_;  ///< while this run needs the entry of another one
  std::chrono::steady_clock::time_point next_look_up_{};  ///< of a job that another run sends
  double sharpening_from_ = 0.3;  ///< fraction at which the service has the picture
  std::chrono::steady_clock::time_point sharpening_since_{};
};

/// Whether the picture was changed, by the same; what does not say so has been.
[[nodiscard]] bool says_changed(const std::string& options_json);

}  // namespace sharpen
