#include "client/jobs/job_run.h"

#include <cmath>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/one_line.h"
#include "base/unix_time.h"
#include "client/jobs/kept_result.h"
#include "client/local/revived_service.h"
#include "client/providers/request_fields.h"

namespace sharpen {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double prepared = 0.02, downloading_from = 0.88;
/// A submit that the service still does not list after this time never arrived.
constexpr std::int64_t lost_seconds = 15 * 60;

std::string fresh_name(FileFormat format) {
  const OwnedChars uuid(g_uuid_string_random());
  return std::string("gimp-") + uuid.get() + "." + std::string(name_of(format));
}

/// What the user has to know of settings that the service dropped.
std::string remark_on(const JournalEntry& entry, const std::string& options_json) {
  std::string names;
  for (const ParameterId id : settings_not_used(entry.settings, entry.service, options_json))
    names += (names.empty() ? "" : ", ") + std::string(_(parameter(id).title));
  // TRANSLATORS: a service and one or more settings: "Topaz Labs did not use Strength."
  return names.empty() ? "" : tr("{} did not use {}.", _(title_of(entry.service)), names);
}

}  // namespace

JobRun::JobRun(ServiceAddress address, const Home& home, const OnProgress& on_progress,
               GCancellable* cancellable, Pace pace)
    : address_(std::move(address)),
      home_(home),
      on_progress_(on_progress),
      cancellable_(cancellable),
      pace_(std::move(pace)) {}

Result<JobResult> JobRun::start(const JobRequest& request) {
  is_new_ = true;
  Upload upload = request.upload;
  auto owned = SpooledUpload::take_over(upload.file);
  if (upload.name.empty()) upload.name = fresh_name(upload.format);
  report(Stage::preparing, 0);
  if (auto ready = prepare(upload, request.settings); !ready)
    return std::unexpected(conclude(std::move(ready).error()));
  const bool free = service_->capabilities().free_of_charge;
  entry_ = {.id = 0,
            .step = JobStep::submitting,
            .service = address_.kind,
            .base_url = address_.base_url,
            .upload_name = upload.name,
            .process_id = {},
            .download_url = {},
            .settings = request.settings,
            .origin = request.origin,
            .width = upload.crop ? (*upload.crop)[2] : upload.width,
            .height = upload.crop ? (*upload.crop)[3] : upload.height,
            .channels = upload.channels,
            .bits = upload.bits,
            .format = upload.format,
            .original_file = upload.file,
            .result_file = {},
            .cost = {},
            .created = unix_now(),
            .preview = request.preview,
            .key_mark = key_mark(address_.key, upload.name),
            .fingerprint = free ? "" : upload.fingerprint};
  if (!(free && request.preview)) {
    if (auto open = open_journal(!free); !open) return fail(std::move(open));
  }
  if (!free) {
    auto same = result_of_same(owned);
    if (!same) return fail(std::move(same));
    if (*same) return std::move(**same);
  } else if (journal_) {
    auto id = journal_->add(entry_);
    if (!id) return fail(std::move(id));
    entry_.id = *id;
  }
  if (request.before_sending)
    if (auto wanted = request.before_sending(); !wanted) {
      forget();
      return std::unexpected(wanted.error());
    }
  if (journal_) entry_.original_file = owned.keep();
  sharpening_from_ = free ? 0.1 : 0.3;
  report(Stage::uploading, prepared);
  const Transfer show = reporter(Stage::uploading, prepared, sharpening_from_);
  const auto count = [&](std::uint64_t done, std::uint64_t total) {
    show(done, total);
    if (done < total) return;
    entry_.created = unix_now();  // from here on the service may list the job
    (void)save(JobStep::submitting);
  };
  auto submitted = submit_once(*service_, upload, request.settings, pace_, count, cancellable_);
  if (!submitted) return std::unexpected(conclude(std::move(submitted).error()));
  entry_.process_id = submitted->process_id;
  entry_.download_url = submitted->download_url;
  entry_.cost = submitted->cost;
  source_id_ = submitted->source_id;
  if (submitted->inline_result) entry_.result_file = *submitted->inline_result;
  const bool ready = submitted->inline_result || !submitted->download_url.empty();
  const JobStep step = submitted->inline_result ? JobStep::fetched
                       : ready                  ? JobStep::ready
                                                : JobStep::running;
  // If the disk fails now the job still goes on: it is paid for.
  (void)save(step);
  return follow(std::move(submitted->inline_result));
}

Result<JobResult> JobRun::resume(const JournalEntry& entry) {
  entry_ = entry;
  may_exist_ = true;
  was_placed_ = was_placed_ || entry.step == JobStep::placed;
  report(Stage::preparing, 0);
  if (auto open = open_journal(true); !open) return fail(std::move(open));
  auto service = open_revived(address_, home_);
  if (!service) return std::unexpected(conclude(std::move(service).error()));
  service_ = *std::move(service);
  entry_.result_file = result_here(entry, cancellable_);
  const bool fetched = !entry_.result_file.empty();
  if (!fetched && !entry_.is_at_service())
    if (auto found = find_lost_job(); !found)
      return std::unexpected(conclude(std::move(found).error()));
  return follow(fetched ? std::optional(entry_.result_file) : std::nullopt);
}

Result<void> JobRun::prepare(const Upload& upload, const Settings& settings) {
  auto service = open_revived(address_, home_);
  if (!service) return fail(std::move(service));
  service_ = *std::move(service);
  if (service_->capabilities().needs_key && address_.key.empty())
    return fail(ErrorKind::no_key, tr("{} needs a key.", _(title_of(address_.kind))),
                _("Enter it in the account page of the dialog, or choose This computer."));
  if (auto good = check(settings, address_.kind); !good) return good;
  if (auto good = check_limits(upload, settings); !good) return good;
  return check_cost(*service_, upload, settings, pace_, cancellable_);
}

Result<void> JobRun::open_journal(bool needed) {
  auto journal = Journal::open(home_.journal());
  if (journal) {
    journal_.emplace(*std::move(journal));
    return {};
  }
  if (!needed) return {};
  return fail(std::move(journal));
}

Result<void> JobRun::save(JobStep step) {
  entry_.step = step;
  return journal_ ? journal_->update(entry_) : Result<void>();
}

Result<void> JobRun::find_lost_job() {
  if (!service_->capabilities().asynchronous) {
    // It blocks the same picture until somebody has looked, or until nobody will any more.
    may_exist_ = unix_now() - entry_.created <= kept_seconds;
    if (may_exist_) return std::unexpected(may_be_billed());
    return fail(ErrorKind::service_failed,
                _("The answer of this job was lost, and the service cannot be asked for it."),
                _("It may have been charged: look at your account there."));
  }
  auto found = look_up(*service_, entry_.upload_name, pace_, cancellable_);
  if (!found) return fail(std::move(found));
  if (*found) {
    entry_.process_id = (*found)->process_id;
    entry_.cost = (*found)->cost;
    return save(JobStep::running);
  }
  if (is_of_another_key(entry_, address_)) return std::unexpected(of_another_key());
  if (unix_now() - entry_.created > lost_seconds)
    return fail(ErrorKind::not_found, _("The service never got this picture."),
                _("Nothing was charged; send it again."));
  return std::unexpected(may_be_billed());
}

Result<JobResult> JobRun::follow(std::optional<std::filesystem::path> inline_result) {
  auto picture = obtain(inline_result);
  if (!picture) return std::unexpected(conclude(std::move(picture).error()));
  auto result = result_of(*std::move(picture));
  if (!result) return std::unexpected(conclude(std::move(result).error()));
  if (!journal_) forget_at_service();
  report(Stage::downloading, 1);
  return result;
}

Result<CheckedPicture> JobRun::obtain(const std::optional<std::filesystem::path>& here) {
  if (here) {
    auto checked = check_picture(*here, cancellable_);
    // Whatever fails now, what came with the answer is nowhere else.
    keeps_answer_ = checked || checked.error().kind != ErrorKind::bad_picture;
    if (checked) return checked;
    if (!entry_.is_at_service()) {
      Error error = std::move(checked).error();
      error.hint =
          _("It came with the answer and cannot be fetched again. It may have been "
            "charged: tell the service's support.");
      return std::unexpected(std::move(error));
    }
  }
  if (entry_.download_url.empty() || entry_.step < JobStep::ready) {
    sharpening_since_ = Clock::now();
    auto status = wait_until_done(
        *service_, entry_.process_id, pace_, [this](const Status& now) { report(now); },
        cancellable_);
    if (!status) return fail(std::move(status));
    last_status_ = *std::move(status);
    if (last_status_.cost) entry_.cost = last_status_.cost;
    if (auto saved = save(JobStep::ready); !saved) return fail(std::move(saved));
  }
  report(Stage::downloading, downloading_from);
  auto file = SpoolFile::create("." + std::string(name_of(entry_.format)), home_.spool());
  if (!file) return fail(std::move(file));
  auto picture =
      fetch_result(*service_, entry_.process_id, entry_.download_url, file->path(), expected(),
                   pace_, reporter(Stage::downloading, downloading_from, 1), cancellable_);
  if (picture) entry_.result_file = file->keep();
  return picture;
}

Result<void> JobRun::check_size(const PictureInfo& info) {
  const bool fits = info.width == entry_.width && info.height == entry_.height;
  if (fits || !is_new_) return {};
  return fail(ErrorKind::bad_picture,
              tr("The picture that came back is {} × {} pixels instead of {} × {}.", info.width,
                 info.height, entry_.width, entry_.height),
              _("It is saved: fetch it as a new image under Filters > Enhance."));
}

Result<JobResult> JobRun::result_of(CheckedPicture picture) {
  JobResult result;
  if (journal_) {
    if (auto saved = save(JobStep::fetched); !saved) return fail(std::move(saved));
    if (auto fits = check_size(picture.info); !fits) return fail(std::move(fits));
    auto file = second_name(entry_.result_file);
    if (!file) return fail(std::move(file));
    result.file = *std::move(file);
  } else {
    result.file = SpoolFile::take_over(entry_.result_file);
  }
  result.journal_id = entry_.id;
  result.upload_name = entry_.upload_name;
  result.format = picture.format;
  result.info = std::move(picture.info);
  result.source_id = source_id_;
  const std::string& options = last_status_.options_json;
  result.options_json = options;
  result.changed = says_changed(options);
  result.remark = remark_on(entry_, options);
  if (entry_.cost && !service_->capabilities().free_of_charge)
    result.charged = Price{.amount = *entry_.cost,
                           .unit = address_.kind == ServiceKind::aimlapi ? "USD" : "credits",
                           .seconds = {},
                           .confirmed = true};
  return result;
}

void JobRun::report(Stage stage, double fraction, std::optional<double> remaining) {
  fraction_ = std::clamp(fraction, fraction_, 1.0);
  // A transfer reports every few kilobytes; nobody can see that.
  const bool visible = stage != stage_ || remaining || fraction_ - reported_ >= 0.001;
  if (!on_progress_ || !visible) return;
  stage_ = stage;
  reported_ = fraction_;
  on_progress_({stage, fraction_, remaining});
}

void JobRun::report(const Status& status) {
  last_status_ = status;
  std::optional<double> remaining;
  const double elapsed = std::chrono::duration<double>(Clock::now() - sharpening_since_).count();
  if (status.eta && *status.eta > unix_now())
    remaining = static_cast<double>(*status.eta - unix_now());
  else if (status.progress > 0.05)
    remaining = elapsed * (1 - status.progress) / status.progress;
  report(status.state == JobState::pending ? Stage::waiting : Stage::sharpening,
         std::lerp(sharpening_from_, downloading_from, status.progress), remaining);
}

Transfer JobRun::reporter(Stage stage, double from, double to) {
  return [this, stage, from, to](std::uint64_t done, std::uint64_t total) {
    const double part = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
    report(stage, std::lerp(from, to, std::min(part, 1.0)));
  };
}

bool says_changed(const std::string& options_json) {
  const auto json = Json::parse(options_json);
  return !json || (*json)["changed"].boolean().value_or(true);
}

}  // namespace sharpen
