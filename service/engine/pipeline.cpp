#include "service/engine/pipeline.h"

#include <algorithm>
#include <format>

#include "service/engine/estimate/focus_scan.h"
#include "service/engine/judge/analysis.h"
#include "service/engine/learned/learned.h"
#include "service/engine/math/parallel.h"

namespace sharpen::engine {
namespace {

/// Of the detail that the network would change: below this a picture counts as sharp.
constexpr double kLeastBlurred = 0.3;
/// By hand, what the network would change by this much is all undone; it does not know larger
/// disks.
constexpr double kSurelyBlurred = 0.35, kLargestProtected = 11;
constexpr double kLookPart = 0.08;
constexpr int kSubjectWindows = 400;
constexpr double kSubjectRatio = 1.4;  ///< of the background's radius to the subject's

/// What is to be done, and why.
struct Verdict {
  Analysis found;
  Outcome outcome = Outcome::sharp;
  bool learned = false;  ///< undone by the trained network, else by the found blur
  BlurLook look;         ///< what the network says, if it was asked
};

std::string describe(const Verdict& verdict, const Plan& plan) {
  const Analysis& found = verdict.found;
  const double noise = found.noise * 255;
  if (verdict.outcome == Outcome::left) {
    return plan.overshoot > 0 ? "blurred, edges emphasised"
                              : "blurred, nothing that can be undone safely";
  }
  if (verdict.learned) {
    return std::format("out of focus by about {:.1f} px, corrected, {:.0f} % blurred",
                       verdict.look.radius, 100 * verdict.look.blurred);
  }
  if (!found.map.empty()) {
    return std::format(
        "mixed focus, {:.0f} % blurred by a radius of {:.1f} to {:.1f} px, noise {:.1f}",
        100 * found.map.blurred_part(), found.map.radius_at(0.1), found.map.radius_at(0.9), noise);
  }
  switch (found.blur.family) {
    case Family::none:
      return plan.overshoot > 0 ? "already sharp, edges emphasised"
                                : "already sharp, nothing changed";
    case Family::disk:
      return std::format("defocus, radius {:.1f} px, noise {:.1f}", found.blur.size, noise);
    case Family::gauss:
      return std::format("softness, sigma {:.1f} px, noise {:.1f}", found.blur.size, noise);
    case Family::motion:
      return std::format("motion, length {:.1f} px at {:.0f} degrees, noise {:.1f}",
                         found.blur.size, found.blur.angle, noise);
    case Family::shake:
      return std::format("shake, path of {:.0f} px, noise {:.1f}", found.blur.size, noise);
  }
  return {};
}

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

/// Whether and how a picture is blurred. A blur that the estimate is sure of is undone by what was
/// found; else the network decides. `judge` is loaded when it is needed.
Result<Verdict> decide(const PixelStore& picture, const ModelTraits& model,
                       const Settings& settings, const std::array<ToneCurve, 3>& tones,
                       unsigned threads, std::optional<LearnedJudge>& judge,
                       const std::stop_token& stop) {
  Verdict verdict;
  const bool by_hand = settings.blur != BlurKind::automatic;
  auto found = by_hand ? analyse_by_hand(picture, settings, tones, threads, stop)
                       : analyse(picture, model, tones, threads, stop);
  if (!found) return fail(std::move(found));
  verdict.found = std::move(*found);
  const bool sure = verdict.found.blur.family != Family::none;
  verdict.outcome = sure ? Outcome::undone : by_hand ? Outcome::left : Outcome::sharp;
  const Blur& blur = verdict.found.blur;
  const bool protects = settings.protect_sharp && sure && blur.size <= kLargestProtected &&
                        (blur.family == Family::disk || blur.family == Family::gauss);
  const bool asked = by_hand ? protects : !sure;
  if (!asked || !Network::available() || verdict.found.too_small) return verdict;
  auto loaded = LearnedJudge::load(threads);
  if (!loaded) return fail(std::move(loaded));
  judge.emplace(std::move(*loaded));
  if (by_hand) return verdict;
  auto look = judge->look(picture, stop);
  if (!look) return fail(std::move(look));
  verdict.look = *look;
  if (look->blurred < kLeastBlurred) return verdict;
  verdict.learned = model.search.disk;
  verdict.outcome = verdict.learned ? Outcome::undone : Outcome::left;
  return verdict;
}

}  // namespace

Result<Report> sharpen_pixels(const PixelStore& picture, const Box& area, const ModelTraits& model,
                              const Settings& settings, const RowSink& sink,
                              const Progress& progress, const std::stop_token& stop) {
  const unsigned threads = thread_count(settings.threads);
  const auto tones = tone_curves(picture.info().icc_profile);
  std::optional<LearnedJudge> judge;
  auto decided = decide(picture, model, settings, tones, threads, judge, stop);
  if (!decided) return fail(std::move(decided));
  const Verdict& verdict = *decided;
  const Analysis& found = verdict.found;
  Plan plan = make_plan(found, model, settings, tones);
  // What is sharp is changed only by a strength that somebody chose.
  const bool changes = verdict.outcome == Outcome::undone || plan.overshoot > 0;
  FocusMap subject;
  if (settings.subject != Subject::all && changes) {
    auto seen = find_subject(picture, found, tones, threads, stop);
    if (!seen) return fail(std::move(seen));
    subject = std::move(*seen);
  }
  if (progress) progress(kLookPart);
  BlurMap blurred;
  if (judge && changes && !verdict.learned) {
    auto map = judge->map(picture, area, stop);
    if (!map) return fail(std::move(map));
    blurred = std::move(*map);
    plan.mask = [&blurred](int x, int y) {
      return std::min(1.0f, blurred.at(x, y) / static_cast<float>(kSurelyBlurred));
    };
  }
  if (!subject.empty()) {
    plan.mask = [&, protection = plan.mask](int x, int y) {
      const float behind = subject.at(x, y).amount;
      const float there = settings.subject == Subject::background ? behind : 1 - behind;
      return protection ? there * protection(x, y) : there;
    };
  }
  const auto drawing = [&](double part) {
    if (progress) progress(kLookPart + (1 - kLookPart) * part);
  };
  Result<void> drawn;
  if (!changes) {
    drawn = copy_rows(picture, area, sink);
  } else if (verdict.learned) {
    drawn = judge->render(picture, area, plan, sink, drawing, stop);
  } else {
    drawn = render(picture, area, plan, threads, sink, drawing, stop);
  }
  if (!drawn) return fail(std::move(drawn));

  Report report;
  report.outcome = changes ? Outcome::undone : verdict.outcome;
  report.summary = describe(verdict, plan);
  if (settings.subject != Subject::all && subject.empty() && changes) {
    report.summary += ", no subject stands out, so the whole picture was sharpened";
  }
  const bool mixed = verdict.learned || !found.map.empty();
  report.family = mixed ? "mixed" : name_of(found.blur.family);
  report.size = verdict.learned ? verdict.look.radius : found.blur.size;
  report.part =
      verdict.learned ? verdict.look.blurred : (found.map.empty() ? 1 : found.map.blurred_part());
  report.angle = found.blur.angle;
  report.noise = found.noise * 255;
  report.confidence = found.confidence;
  report.linear_light = found.linear_light;
  report.changed = changes;
  return report;
}

}  // namespace sharpen::engine
