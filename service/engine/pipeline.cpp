#include "service/engine/pipeline.h"

#include <algorithm>

#include "service/engine/decision.h"
#include "service/engine/estimate/focus_scan.h"
#include "service/engine/math/parallel.h"

namespace sharpen::engine {
namespace {

/// By hand, the network's mean radius over the one that was set: below the first part nothing is
/// undone, above the second all. It is never sure of all of a radius larger than kMostCounted.
constexpr float kSurelySharp = 0.2f, kSurelyBlurred = 0.6f, kMostCounted = 3;
constexpr double kLookPart = 0.08;
constexpr int kSubjectWindows = 400;
constexpr std::size_t kMostFindings = 8, kMostMaps = 32;  ///< that are known of a picture
constexpr double kSubjectRatio = 1.4;  ///< of the background's radius to the subject's

/// What the settings make of the findings. Each number is monotone: more strength is sharper, more
/// of the others is smoother.
Plan make_plan(const Analysis& found, const ModelTraits& model, const Settings& settings,
               const std::array<ToneCurve, 3>& tones) {
  Plan plan;
  plan.blur = found.blur;
  plan.map = found.map.empty() ? nullptr : &found.map;
  plan.how = settings.fast ? Deconvolution::fast() : Deconvolution::quality();
  plan.second_look = !settings.fast;
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

/// `blurred` and `subject` must outlive it; null: everywhere. `set` is the blur that was set by
/// hand.
Mask mask_of(const BlurMap* blurred, const Blur& set, const FocusMap* subject, Subject side) {
  if (!blurred && !subject) return {};
  const double radius = set.family == Family::disk ? set.size : 2 * set.size;
  const float whole = std::min(static_cast<float>(radius), kMostCounted);
  return [blurred, subject, side, whole](int x, int y) {
    float part = 1;
    if (blurred) {
      const float seen = blurred->at(x, y) / whole;
      part = std::clamp((seen - kSurelySharp) / (kSurelyBlurred - kSurelySharp), 0.0f, 1.0f);
    }
    if (!subject) return part;
    const float behind = subject->at(x, y).amount;
    return part * (side == Subject::background ? behind : 1 - behind);
  };
}

/// The settings that a finding depends on.
Settings of_finding(const Settings& settings) {
  Settings part;
  part.model = settings.model;
  part.blur = settings.blur;
  part.blur_size = settings.blur_size;
  part.blur_angle = settings.blur_angle;
  part.blur_edge = settings.blur_edge;
  part.protect_sharp = settings.protect_sharp;
  return part;
}

/// The settings that a tile depends on before strength, grain and mask.
Settings of_tiles(const Settings& settings) {
  Settings part = of_finding(settings);
  part.protect_sharp = true;
  part.minor_denoise = settings.minor_denoise;
  part.denoise_strength = settings.denoise_strength;
  return part;
}

Result<Finding*> find(Known& known, const PixelStore& picture, const ModelTraits& model,
                      const Settings& settings, const std::array<ToneCurve, 3>& tones,
                      unsigned threads, const std::stop_token& stop) {
  const Settings wanted = of_finding(settings);
  const auto found = std::ranges::find(known.findings, wanted, &Finding::settings);
  if (found != known.findings.end()) return &*found;
  auto decision = decide(picture, model, settings, tones, threads, known.judge, stop);
  if (!decision) return fail(std::move(decision));
  // Some steps end half-way then, with what they have; a later job must not take it for the whole.
  if (stop.stop_requested()) return fail(ErrorKind::cancelled, "The job was cancelled.");
  if (known.findings.size() >= kMostFindings) known.findings.erase(known.findings.begin());
  known.findings.push_back({wanted, std::move(*decision), {}, {}});
  return &known.findings.back();
}

/// Where a blur that was given by hand is. Errors: io; cancelled; internal.
Result<const BlurMap*> blurred_parts(Finding& finding, LearnedJudge& judge,
                                     const PixelStore& picture, const Box& area,
                                     const std::stop_token& stop) {
  const auto found = std::ranges::find(finding.blurred, area, &BlurMap::area);
  if (found != finding.blurred.end()) return &*found;
  auto blurred = judge.map(picture, area, stop);
  if (!blurred) return fail(std::move(blurred));
  if (finding.blurred.size() >= kMostMaps) finding.blurred.erase(finding.blurred.begin());
  finding.blurred.push_back(std::move(*blurred));
  return &finding.blurred.back();
}

}  // namespace

Result<Report> sharpen_pixels(const PixelStore& picture, const Box& area, const ModelTraits& model,
                              const Settings& settings, const RowSink& sink,
                              const Progress& progress, const std::stop_token& stop, Known& known) {
  const unsigned threads = thread_count(settings.threads);
  const auto tones = tone_curves(picture.info().icc_profile);
  const auto looked = find(known, picture, model, settings, tones, threads, stop);
  if (!looked) return std::unexpected(looked.error());
  Finding& finding = **looked;
  const Decision& decision = finding.decision;
  Plan plan = make_plan(decision.found, model, settings, tones);
  // What is sharp is changed only by a strength that somebody chose.
  if (plan.overshoot == 0 && decision.outcome != Outcome::undone) {
    if (progress) progress(kLookPart);
    if (auto copied = copy_rows(picture, area, sink); !copied) return fail(std::move(copied));
    return report_of(decision, false, true);
  }

  const FocusMap* subject = nullptr;
  if (settings.subject != Subject::all) {
    if (!finding.subject) {
      auto map = find_subject(picture, decision.found, tones, threads, stop);
      if (!map) return fail(std::move(map));
      finding.subject = std::move(*map);
    }
    if (!finding.subject->empty()) subject = &*finding.subject;
  }
  if (progress) progress(kLookPart);
  const BlurMap* blurred = nullptr;
  if (decision.protects) {
    auto map = blurred_parts(finding, *known.judge, picture, area, stop);
    if (!map) return fail(std::move(map));
    blurred = *map;
  }
  plan.mask = mask_of(blurred, plan.blur, subject, settings.subject);
  if (settings.fast) {
    if (known.tiles_for != of_tiles(settings)) known.tiles.clear();
    known.tiles_for = of_tiles(settings);
    plan.tiles = &known.tiles;
  }
  const auto drawing = [&](double part) {
    if (progress) progress(kLookPart + (1 - kLookPart) * part);
  };
  const auto again = render_again({picture, area, threads, sink, drawing, stop}, plan);
  if (!again) return std::unexpected(again.error());
  const auto report = [&] {
    return report_of(decision, true, settings.subject == Subject::all || subject);
  };
  if (*again) return report();
  auto drawn = decision.learned ? known.judge->render(picture, area, plan, sink, drawing, stop)
                                : render(picture, area, plan, threads, sink, drawing, stop);
  if (!drawn) return fail(std::move(drawn));
  return report();
}

Result<Report> sharpen_pixels(const PixelStore& picture, const Box& area, const ModelTraits& model,
                              const Settings& settings, const RowSink& sink,
                              const Progress& progress, const std::stop_token& stop) {
  Known nothing(0);
  return sharpen_pixels(picture, area, model, settings, sink, progress, stop, nothing);
}

}  // namespace sharpen::engine
