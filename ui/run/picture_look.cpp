#include "ui/run/picture_look.h"

#include <algorithm>
#include <utility>

#include "client/jobs/resolve_service.h"

namespace sharpen {
namespace {

/// The one that looks for every kind of blur.
constexpr const char* looking_model = "Strong";
/// For a job only the answer matters, so its picture is small.
constexpr std::uint32_t seen_side = 64;

Result<JobResult> look_at(JobRequest request, const Home& home, GCancellable* cancellable) {
  auto address = resolve_service(request.settings, home, cancellable);
  if (!address) return fail(std::move(address));
  request.service = std::move(*address);
  auto result = run_job(request, home, {}, cancellable);
  if (result) (void)finish_job(result->journal_id, home);
  return result;
}

}  // namespace

void PictureLook::start(std::size_t source, Rectangle box, Done done) {
  stop();
  done_ = std::move(done);
  // Always as a part, so that it does not count as what was sent to be sharpened.
  auto begun = host_.begin_export(source, box);
  if (!begun) return done_(std::unexpected(begun.error()));
  export_ = std::move(*begun);
  exporting_ = EventSource::idle([this] {
    step_export();
    return export_ != nullptr;
  });
}

void PictureLook::stop() {
  exporting_.stop();
  export_.reset();
  asking_.cancel();
}

void PictureLook::step_export() {
  const Result<bool> complete = export_->step();
  if (complete && !*complete) return;
  const auto ended = std::exchange(export_, nullptr);
  if (!complete) return done_(std::unexpected(complete.error()));
  const LayerOrigin origin = ended->origin();
  ask(ended->finish(), origin);
}

void PictureLook::ask(Upload upload, const LayerOrigin& origin) {
  JobRequest request;
  request.settings.service = word_of(ServiceKind::this_computer);
  request.settings.model = looking_model;
  upload.crop = {{0, 0, std::min(upload.width, seen_side), std::min(upload.height, seen_side)}};
  upload.fast = true;
  request.upload = std::move(upload);
  request.origin = origin;
  request.preview = true;
  asking_.start([request = std::move(request), home = home_](
                    GCancellable* cancellable) { return look_at(request, home, cancellable); },
                [this](const Result<JobResult>& result) {
                  if (!result) return done_(std::unexpected(result.error()));
                  done_(result->options_json);
                });
}

}  // namespace sharpen
