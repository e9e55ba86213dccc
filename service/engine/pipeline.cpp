#include "service/engine/pipeline.h"

#include <algorithm>

#include "service/engine/decision.h"
#include "service/engine/estimate/focus_scan.h"
#include "service/engine/math/parallel.h"

namespace sharpen::engine {
namespace {

/// By hand, what the network would change by this much is all undone.
constexpr float kSurelyBlurred = 0.35f;
constexpr double kLookPart = 0.08;
constexpr int kSubjectWindows = 400;
constexpr double kSubjectRatio = 1.4;  ///< of the background's radius to the subject's

/// What the settings make of the findings. Each number is monotone: more strength is sharper, more
/// of the others is smoother.
Plan make_plan(const Analysis& found, const ModelTraits& model, const Settings& settings,
               const std::array<ToneCurve, 3>& tones) {
  Plan plan;
  plan.blur = found.blur;
  plan.map = found.map.empty() ? nullptr : &found.map;
  plan.how = settings.fast ? Deconvolution::fast() : Deconvolution::quality();
  plan.how.noise = static_cast<float>(found.noise);
  plan.how.linear_light = found.linear_light;
  plan.how.tones = tones;
  const double strength = settings.strength.value_or(0.5);
  plan.amount = std::min(1.0, 2 * strength) * model.full_amount;
  plan.overshoot = std::max(0.0, 2 * strength - 1);
  plan.grain = settings.keep_grain;
  if (settings.minor_denoise) {
    plan.how.threshold *= static_cast<float>(0.85 + 0.6 * *settings.minor_denoise);
    plan.how.end_noise *= static_cast<float>(0.9 + 0.9 * *settings.minor_denoise);
  }
  if (settings.denoise_strength) {
    // Below what was measured the inverse would show the noise it lifts, hence the small way down.
    plan.how.noise *= static_cast<float>(0.95 + 1.3 * *settings.denoise_strength);
    plan.how.chroma = static_cast<float>(0.8 + 1.2 * *settings.denoise_strength);
  }
  return plan;
}

/// The focus map that tells the subject (what is sharpest) from the rest; empty if nothing stands
/// out, so that the whole picture counts. Errors: io; cancelled.
Result<FocusMap> find_subject(const PixelStore& picture, const Analysis& found,
                              const std::array<ToneCurve, 3>& tones, unsigned threads,
                              const std::stop_token& stop) {
  if (!found.map.empty()) return found.map;
  auto scan = scan_focus(picture, {}, tones, 20, kSubjectWindows, threads, stop);
  if (!scan) return fail(std::move(scan));
  FocusMap& map = found.linear_light ? scan->linear.map : scan->encoded.map;
  if (map.empty()) return map;
  // What is clearly more out of focus than the sharpest part is background.
  const double edge = kSubjectRatio * map.radius_at(0.1);
  map.forget_beyond(edge, 1e9);
  const double behind = map.blurred_part();
  if (behind < 0.1 || behind > 0.9) return FocusMap();
  return std::move(map);
}

/// Where the result goes, if not everywhere.
struct Places {
  BlurMap blurred;
  FocusMap subject;
};

/// `places` must outlive it. Empty: everywhere.
Mask mask_of(const Places& places, Subject side) {
  const bool protects = !places.blurred.blurred.empty();
  if (places.subject.empty() && !protects) return {};
  return [&places, side, protects](int x, int y) {
    float part = 1;
    if (protects) part = std::min(1.0f, places.blurred.at(x, y) / kSurelyBlurred);
    if (places.subject.empty()) return part;
    const float behind = places.subject.at(x, y).amount;
    return part * (side == Subject::background ? behind : 1 - behind);
  };
}

}  // namespace

Result<Report> sharpen_pixels(const PixelStore& picture, const Box& area, const ModelTraits& model,
                              const Settings& settings, const RowSink& sink,
                              const Progress& progress, const std::stop_token& stop) {
  const unsigned threads = thread_count(settings.threads);
  const auto tones = tone_curves(picture.info().icc_profile);
  std::optional<LearnedJudge> judge;
  auto decision = decide(picture, model, settings, tones, threads, judge, stop);
  if (!decision) return fail(std::move(decision));
  const Analysis& found = decision->found;
  Plan plan = make_plan(found, model, settings, tones);
  // What is sharp is changed only by a strength that somebody chose.
  if (plan.overshoot == 0 && decision->outcome != Outcome::undone) {
    if (progress) progress(kLookPart);
    if (auto copied = copy_rows(picture, area, sink); !copied) return fail(std::move(copied));
    return report_of(*decision, false, true);
  }

  Places places;
  if (settings.subject != Subject::all) {
    auto subject = find_subject(picture, found, tones, threads, stop);
    if (!subject) return fail(std::move(subject));
    places.subject = std::move(*subject);
  }
  if (progress) progress(kLookPart);
  if (judge && !decision->learned) {
    auto blurred = judge->map(picture, area, stop);
    if (!blurred) return fail(std::move(blurred));
    places.blurred = std::move(*blurred);
  }
  plan.mask = mask_of(places, settings.subject);
  const auto drawing = [&](double part) {
    if (progress) progress(kLookPart + (1 - kLookPart) * part);
  };
  auto drawn = decision->learned ? judge->render(picture, area, plan, sink, drawing, stop)
                                 : render(picture, area, plan, threads, sink, drawing, stop);
  if (!drawn) return fail(std::move(drawn));
  return report_of(*decision, true, settings.subject == Subject::all || !places.subject.empty());
}

}  // namespace sharpen::engine
