#include "service/engine/decision.h"

#include <format>

namespace sharpen::engine {
namespace {

/// Of the detail that the network would change: below this a picture counts as sharp.
constexpr double kLeastBlurred = 0.3;
/// By hand; the network does not know larger disks.
constexpr double kLargestProtected = 11;

std::string describe(const Decision& decision, bool changed) {
  const Analysis& found = decision.found;
  const double noise = found.noise * 255;
  if (decision.outcome == Outcome::left) {
    return changed ? "blurred, edges emphasised" : "blurred, nothing that can be undone safely";
  }
  if (decision.learned) {
    return std::format("out of focus by about {:.1f} px, corrected, {:.0f} % blurred",
                       decision.look.radius, 100 * decision.look.blurred);
  }
  if (!found.map.empty()) {
    return std::format(
        "mixed focus, {:.0f} % blurred by a radius of {:.1f} to {:.1f} px, noise {:.1f}",
        100 * found.map.blurred_part(), found.map.radius_at(0.1), found.map.radius_at(0.9), noise);
  }
  switch (found.blur.family) {
    case Family::none:
      return changed ? "already sharp, edges emphasised" : "already sharp, nothing changed";
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

}  // namespace

Result<Decision> decide(const PixelStore& picture, const ModelTraits& model,
                        const Settings& settings, const std::array<ToneCurve, 3>& tones,
                        unsigned threads, std::optional<LearnedJudge>& judge,
                        const std::stop_token& stop) {
  Decision decision;
  const bool by_hand = settings.blur != BlurKind::automatic;
  auto found = by_hand ? analyse_by_hand(picture, settings, tones, threads, stop)
                       : analyse(picture, model, tones, threads, stop);
  if (!found) return fail(std::move(found));
  decision.found = std::move(*found);
  const bool sure = decision.found.blur.family != Family::none;
  decision.outcome = sure ? Outcome::undone : by_hand ? Outcome::left : Outcome::sharp;
  const Blur& blur = decision.found.blur;
  const bool protects = settings.protect_sharp && sure && blur.size <= kLargestProtected &&
                        (blur.family == Family::disk || blur.family == Family::gauss);
  const bool asked = by_hand ? protects : !sure;
  if (!asked || !Network::available() || decision.found.too_small) return decision;
  if (!judge) {
    auto loaded = LearnedJudge::load(threads);
    if (!loaded) return fail(std::move(loaded));
    judge.emplace(std::move(*loaded));
  }
  decision.protects = by_hand;
  if (by_hand) return decision;
  auto look = judge->look(picture, stop);
  if (!look) return fail(std::move(look));
  decision.look = *look;
  if (look->blurred < kLeastBlurred) return decision;
  decision.learned = model.search.disk;
  decision.outcome = decision.learned ? Outcome::undone : Outcome::left;
  return decision;
}

Report report_of(const Decision& decision, bool changed, bool subject) {
  const Analysis& found = decision.found;
  Report report;
  report.outcome = changed ? Outcome::undone : decision.outcome;
  report.summary = describe(decision, changed);
  if (!subject && changed) {
    report.summary += ", no subject stands out, so the whole picture was sharpened";
  }
  const bool mixed = decision.learned || !found.map.empty();
  report.family = mixed ? "mixed" : name_of(found.blur.family);
  report.size = decision.learned ? decision.look.radius : found.blur.size;
  report.part = decision.outcome == Outcome::sharp ? 0
                : decision.learned                 ? decision.look.blurred
                : found.map.empty()                ? 1
                                                   : found.map.blurred_part();
  report.angle = found.blur.angle;
  report.noise = found.noise * 255;
  report.confidence = found.confidence;
  report.linear_light = found.linear_light;
  report.changed = changed;
  report.subject_found = subject;
  return report;
}

}  // namespace sharpen::engine
