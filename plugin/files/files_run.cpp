#include "plugin/files/files_run.h"

#include <algorithm>
#include <utility>

#include "base/cancelled.h"
#include "base/i18n.h"
#include "client/jobs/resolve_service.h"
#include "client/jobs/spooled_upload.h"
#include "client/jobs/sweep.h"
#include "image/picture.h"
#include "plugin/files/open_file.h"
#include "plugin/files/report.h"

namespace sharpen {
namespace {

/// All that an output depends on besides the bytes of its input.
std::string key_of(Settings settings, const ServiceAddress& address, const FilesOptions& options) {
  settings.service = word_of(address.kind);
  settings.service_url = address.kind == ServiceKind::this_computer ? "" : address.base_url;
  settings.max_cost.reset();
  JsonWriter writer;
  writer.begin_object()
      .member("settings", to_json(settings))
      .member("format", static_cast<int>(options.format))
      .member("quality", options.jpeg_quality)
      .end_object();
  return writer.text();
}

}  // namespace

Result<std::unique_ptr<FilesRun>> FilesRun::prepare(FilesOptions options, const Settings& settings,
                                                    const Home& home, Events events) {
  // The manifest knows outputs by their names: each has one, however the folder is spelled.
  std::error_code none;
  if (!options.output_folder.empty())
    options.output_folder = std::filesystem::weakly_canonical(options.output_folder, none);
  auto inputs = find_inputs(options);
  if (!inputs) return fail(std::move(inputs));
  auto manifest = Manifest::open(home.journal());
  if (!manifest) return fail(std::move(manifest));
  std::unique_ptr<FilesRun> run(new FilesRun(options, settings, home, std::move(events),
                                             *std::move(inputs), *std::move(manifest)));
  if (!options.dry_run)
    if (auto writable = run->outputs_.check_folder(run->options_.output_folder); !writable)
      return fail(std::move(writable));
  return run;
}

FilesRun::FilesRun(FilesOptions options, Settings settings, Home home, Events events,
                   std::vector<Input> inputs, Manifest manifest)
    : options_(std::move(options)),
      settings_(std::move(settings)),
      home_(std::move(home)),
      events_(std::move(events)),
      manifest_(std::move(manifest)),
      outputs_(options_, inputs, wire_model(settings_)),
      budget_(options_.max_cost),
      throttle_(options_.concurrency) {
  // The limit is that of the whole run.
  settings_.max_cost.reset();
  for (Input& input : inputs) {
    waiting_.push_back(items_.size());
    items_.emplace_back().input = std::move(input);
  }
}

FilesRun::~FilesRun() = default;

void FilesRun::start() {
  sweep(home_);
  resolving_.start(
      [settings = settings_, home = home_,
       dry = options_.dry_run](GCancellable* cancellable) -> Result<ServiceAddress> {
        const auto kind = service_from(settings.service);
        if (dry && kind) return address_without_key(*kind, settings);
        return resolve_service(settings, home, cancellable);
      },
      [this](Result<ServiceAddress> address) {
        if (address) {
          settings_key_ = key_of(settings_, *address, options_);
          address_ = *std::move(address);
        } else {
          stop(std::move(address).error());
        }
        wake();
      });
}

void FilesRun::wake() {
  // Nothing can begin before the service is known, and then this is called again.
  if (!address_ && !stop_) return;
  if (idle_.active() || finished_) return;
  idle_ = EventSource::idle([this] { return step(); });
}

int FilesRun::held() const {
  return static_cast<int>(
      std::ranges::count_if(open_, [](const OpenFile& file) { return !!file.picture; }));
}

bool FilesRun::step() {
  const auto in_step = [this](OpenFile::Step step) {
    return std::ranges::find(open_, step, &OpenFile::step);
  };
  // First what keeps the service busy: encoding, and the next file. Then what has come.
  if (const auto file = in_step(OpenFile::Step::exporting); file != open_.end())
    return export_step(*file), true;
  if (stop_) drop_waiting();
  // Besides the pictures at the service, one whose result has arrived and one that is next. As many
  // again may be waiting for a slow disk.
  const int most = throttle_.allowed() + 2;
  const bool room = held() < most && static_cast<int>(open_.size()) < 2 * most;
  if (!waiting_.empty() && room) {
    const std::size_t index = waiting_.front();
    waiting_.pop_front();
    options_.dry_run ? list(index) : begin(index);
    return true;
  }
  if (const auto file = in_step(OpenFile::Step::answered); file != open_.end())
    return take_answer(*file), true;
  if (open_.empty() && waiting_.empty() && deferred_.empty()) finish();
  return false;
}

FileItem& FilesRun::item_of(const OpenFile& file) { return items_.at(file.index); }

void FilesRun::conclude(std::size_t index, FileState state, std::optional<Error> error) {
  FileItem& item = items_.at(index);
  item.state = state;
  item.error = std::move(error);
  if (state == FileState::failed && !options_.continue_on_error)
    stop({ErrorKind::cancelled, _("The run stopped at the first error."), ""});
  if (events_.changed) events_.changed(index);
}

void FilesRun::end(OpenFile& file, FileState state) {
  FileItem& item = item_of(file);
  item.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - file.since).count();
  item.fraction = 1;
  const std::size_t index = file.index;
  std::optional<Error> error = std::move(item.error);
  if (file.claimed && state != FileState::done) {
    if (const auto released = manifest_.release(file.key, file.wanted); !released)
      g_warning("%s", released.error().text().c_str());
  }
  if (!file.output.empty() && state != FileState::done) outputs_.give_back(file.output);
  std::erase_if(open_, [&](const OpenFile& one) { return one.index == index; });
  for (const std::size_t deferred : deferred_) waiting_.push_front(deferred);
  deferred_.clear();
  conclude(index, state, std::move(error));
}

void FilesRun::fail_file(OpenFile& file, Error error) {
  const ErrorKind kind = error.kind;
  FileState state = FileState::failed;
  if (kind == ErrorKind::cancelled) state = FileState::cancelled;
  if (kind == ErrorKind::too_expensive) state = FileState::not_sent;
  const bool stops = kind == ErrorKind::key_refused || kind == ErrorKind::no_key ||
                     kind == ErrorKind::no_credits || kind == ErrorKind::no_subscription ||
                     kind == ErrorKind::too_expensive;
  item_of(file).error = error;
  end(file, state);
  if (stops) stop(std::move(error));
}

bool FilesRun::drop(OpenFile& file) {
  if (!stop_ && !file.cancelled) return false;
  (void)SpooledUpload::take_over(file.upload.file);
  item_of(file).error = stop_ ? *stop_ : cancelled_error();
  end(file, file.cancelled ? FileState::cancelled : FileState::not_sent);
  return true;
}

void FilesRun::stop(Error error) {
  if (!stop_) stop_ = std::move(error);
  throttle_.close();
}

void FilesRun::drop_waiting() {
  for (const std::size_t index : std::exchange(waiting_, {}))
    conclude(index, FileState::not_sent, stop_);
  for (const std::size_t index : std::exchange(deferred_, {}))
    conclude(index, FileState::not_sent, stop_);
}

void FilesRun::cancel() {
  stop(cancelled_error());
  resolving_.interrupt();
  for (OpenFile& file : open_) file.job.interrupt();
  wake();
}

void FilesRun::cancel(std::size_t index) {
  if (std::erase(waiting_, index) + std::erase(deferred_, index) > 0)
    conclude(index, FileState::cancelled, cancelled_error());
  const auto file = std::ranges::find(open_, index, &OpenFile::index);
  if (file != open_.end()) {
    file->cancelled = true;
    file->job.interrupt();
    if (file->step == OpenFile::Step::exporting) (void)drop(*file);
  }
  wake();
}

FileTotals FilesRun::totals() const {
  FileTotals totals;
  totals.files = items_.size();
  totals.unit = unit_;
  for (const FileItem& item : items_) {
    totals.done += item.state == FileState::done || item.state == FileState::listed;
    totals.had_it += item.state == FileState::had_it;
    totals.skipped += item.state == FileState::skipped;
    totals.ignored += item.state == FileState::ignored;
    totals.failed += item.state == FileState::failed;
    totals.cancelled += item.state == FileState::cancelled;
    totals.not_sent += item.state == FileState::not_sent;
    if (item.state != FileState::had_it) totals.cost += item.cost.value_or(0);
  }
  return totals;
}

void FilesRun::finish() {
  if (std::exchange(finished_, true)) return;
  outputs_.sweep();
  const bool has_place = !options_.report.empty() || !options_.dry_run;
  if (has_place) {
    const auto written = write_report(report_base(options_), items_, totals(), options_.dry_run);
    if (!written) stop(written.error());
  }
  if (events_.finished) events_.finished();
}

std::filesystem::path report_base(const FilesOptions& options) {
  return options.report.empty() ? options.output_folder / "remote-sharpen-report" : options.report;
}

}  // namespace sharpen
