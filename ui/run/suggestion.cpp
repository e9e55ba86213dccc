#include "ui/run/suggestion.h"

#include <algorithm>
#include <utility>

#include "base/i18n.h"
#include "client/jobs/resolve_service.h"
#include "client/providers/found_blur.h"
#include "ui/widgets/text.h"

namespace sharpen {
namespace {

/// The one that looks for every kind of blur.
constexpr const char* looking_model = "Strong";
/// Steps of 1/255: from here on noise is seen at 100 %.
constexpr double visible_noise = 5;
/// Pixels: a defocus that varies, and is larger, is hardly bettered on this computer.
constexpr double hardly_undone = 8;
/// Pixels of standard deviation: a picture that is a little soft.
constexpr double a_little_soft = 2;
constexpr double only_a_part = 0.5;

/// For a job only the answer matters, so its picture is small.
constexpr std::uint32_t seen_side = 64;

Suggestion suggest(const std::string& text, const char* model) {
  return {text, find_model(model), false};
}

Suggestion suggest_paid(const std::string& text) {
  return {
      text + " " + _("A paid service that draws new detail may help; what it draws is invented."),
      find_model("Super Focus V3"), true};
}

Suggestion for_blur(const FoundBlur& found) {
  const std::string pixels = number_text(found.size, 1);
  if (found.kind == BlurKind::motion || found.kind == BlurKind::shake)
    return suggest(
        tr("The camera or the subject moved by about {} px.", number_text(found.size, 0)),
        "Motion Blur");
  if (found.kind == BlurKind::softness)
    return suggest(tr("Soft by about {} px.", pixels),
                   found.size <= a_little_soft ? "Standard" : "Lens Blur V2");
  if (!found.varies) return suggest(tr("Out of focus by about {} px.", pixels), "Lens Blur V2");
  const std::string text = tr("Out of focus by about {} px in {} percent of the picture.", pixels,
                              number_text(found.part * 100, 0));
  if (found.size > hardly_undone)
    return suggest_paid(text + " " + _("That is hard to undo on this computer."));
  return suggest(text, found.part < only_a_part ? "Refocus" : "Lens Blur V2");
}

Result<JobResult> look_at(JobRequest request, const Home& home, GCancellable* cancellable) {
  auto address = resolve_service(request.settings, home, cancellable);
  if (!address) return fail(std::move(address));
  request.service = std::move(*address);
  auto result = run_job(request, home, {}, cancellable);
  if (result) (void)finish_job(result->journal_id, home);
  return result;
}

}  // namespace

Suggestion suggestion_from(const std::string& options_json) {
  const auto found = found_blur(options_json);
  if (!found) return {_("This picture could not be analysed."), nullptr, false};
  Suggestion suggestion;
  if (found->outcome == BlurOutcome::left) {
    suggestion = suggest_paid(_("Blurred, but nothing that this computer can undo."));
  } else if (found->outcome != BlurOutcome::undone) {
    suggestion.text = _("Already sharp: nothing has to be corrected.");
  } else {
    suggestion = for_blur(*found);
  }
  if (found->noise >= visible_noise)
    suggestion.text += std::string(" ") + _("It is noisy, too: try a higher Denoise.");
  return suggestion;
}

void ModelSuggester::start(std::size_t source, Done done) {
  stop();
  done_ = std::move(done);
  const Source& about = host_.sources().at(source);
  // As a part, so that it does not count as what was sent to be sharpened.
  auto begun = host_.begin_export(source, Rectangle{0, 0, int(about.width), int(about.height)});
  if (!begun) return done_(std::unexpected(begun.error()));
  export_ = std::move(*begun);
  exporting_ = EventSource::idle([this] {
    step_export();
    return export_ != nullptr;
  });
}

void ModelSuggester::stop() {
  exporting_.stop();
  export_.reset();
  asking_.cancel();
}

void ModelSuggester::step_export() {
  const Result<bool> complete = export_->step();
  if (complete && !*complete) return;
  const auto ended = std::exchange(export_, nullptr);
  if (!complete) return done_(std::unexpected(complete.error()));
  const LayerOrigin origin = ended->origin();
  ask(ended->finish(), origin);
}

void ModelSuggester::ask(Upload upload, const LayerOrigin& origin) {
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
                  done_(suggestion_from(result->options_json));
                });
}

}  // namespace sharpen
